"""What a person detector runs on: packages, model files, and the choice between them.

choose     the plan for the worker: which engine, which model, and why nothing better
packages   what this machine can import, and may try to install
files      where model files lie, and which of them are known
fetch      downloads: resumed, believed by their digest
memory     how long a frame took here
server     an inference server, asked whether it can
owner      what the owner does: fetch now, upload, try a server
examine    the process in which an owner's own model is looked at
"""
