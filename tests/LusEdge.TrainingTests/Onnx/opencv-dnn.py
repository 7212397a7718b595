"""Reads an ONNX file with OpenCV's dnn, a reader that shares no code with ONNX Runtime, and prints its outputs as JSON.

usage: opencv-dnn.py MODEL PICTURE WIDTH HEIGHT OUTPUT...   PICTURE: float32, row by row
"""
import json
import sys

import cv2
import numpy

model, picture, width, height, *outputs = sys.argv[1:]
network = cv2.dnn.readNetFromONNX(model)
# OpenCV 4.6 takes the bands' factors, one a row, for factors of channels when it fuses them with the convolution before them, and fails.
network.enableFusion(False)
network.setInput(numpy.fromfile(picture, numpy.float32).reshape(1, 1, int(height), int(width)))
print(json.dumps({name: values.flatten().tolist() for name, values in zip(outputs, network.forward(outputs))}))
