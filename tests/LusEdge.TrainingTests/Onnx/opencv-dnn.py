"""Reads an ONNX file with OpenCV's dnn, a reader that shares no code with ONNX Runtime, and prints its outputs as JSON.

usage: opencv-dnn.py MODEL PICTURE WIDTH HEIGHT OUTPUT...   PICTURE: float32, row by row
"""
import json
import sys

import cv2
import numpy

model, picture, width, height, *outputs = sys.argv[1:]
network = cv2.dnn.readNetFromONNX(model)
# When OpenCV 4.6 fuses the bands' factors (one per row) with the preceding convolution, it mistakes them for factors
# per channel and fails.
network.enableFusion(False)
network.setInput(numpy.fromfile(picture, numpy.float32).reshape(1, 1, int(height), int(width)))
print(json.dumps({name: values.flatten().tolist() for name, values in zip(outputs, network.forward(outputs))}))
