.PHONY: demo test format

demo:
	script/demo

test:
	script/test

format:
	swift format --in-place --recursive Sources Tests Benchmarks Package.swift
