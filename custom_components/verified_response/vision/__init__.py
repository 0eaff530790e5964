"""Frame in, boxes out: finding people in one still, in a process of its own.

Nothing here knows Home Assistant, core or engine; numpy, OpenCV and ONNX Runtime are imported only when used.

card          what is known about a model file: digest, licence, input, labels, thresholds
plan          which engine a worker shall run, and why nothing better
frame         picture bytes → BGR array, or PictureRefused
decode        network output → people (boxes relative, 0–1)
onnx_engine   ONNX Runtime + OpenCV          basic_engine   OpenCV's own HOG people detector
self_test     a drawn person must be seen and an empty porch must stay empty
wire          messages between the hub and the worker
client        the hub's end of the pipe
worker        the process itself; __main__ starts it by file path, so that no Home Assistant is loaded
"""
