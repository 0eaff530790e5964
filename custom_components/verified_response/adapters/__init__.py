"""One file per engine port, and what carries Home Assistant's happenings in.

clock  code_source  code_book  journal  cameras/  person_detector  models/  locks/
contacts  police_api/  wording                                        ports, outwards
signals  other_detectors  door_reports/  lock_reports  signs           happenings, inwards
troubles/  linked_panels  answers · edges  siblings                   what they rest on
"""
