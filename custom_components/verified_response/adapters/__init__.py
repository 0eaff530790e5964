"""One file per engine port, and what carries Home Assistant's happenings in.

clock  code_source  code_book  journal  camera  person_detector  model_source  locks/
contacts  police_api/  wording                                        ports, outwards
signals  credential_reports  answers                                   happenings, inwards
"""
