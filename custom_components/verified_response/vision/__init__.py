"""Frame in, boxes out: finding people in one still, in a process of its own.

Nothing here knows Home Assistant, core or engine; numpy, OpenCV, Pillow and the runtimes are imported only when used.

card          what is known about a model file: digest, licence, input, labels, thresholds
plan          which engine a worker shall run, and why nothing better
frame         picture bytes → BGR array without what is masked, or PictureRefused
pixels        the same by OpenCV or Pillow: decoding, resizing, masks, a network's input, the drawn porch
glance        a frame's light and sharpness, without looking for anybody
decode        network output → people (boxes relative, 0–1)
engine        what every engine offers
onnx_engine   ONNX Runtime                   ncnn_engine    ncnn, without OpenCV
basic_engine  OpenCV's own HOG detector      remote         an inference server
self_test     a drawn person must be seen and an empty porch must stay empty
wire          messages between the hub and the worker
client        the hub's end of the pipe
worker        the process itself; __main__ starts it by file path, so that no Home Assistant is loaded
"""
