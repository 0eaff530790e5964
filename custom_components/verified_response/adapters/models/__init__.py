"""What a person detector runs on: packages and model files.

source     the best engine this hub can run
"""
