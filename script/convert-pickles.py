#!/usr/bin/env python3
"""Turns the pickles of the StackGAN projects into a data set of Planform.

    python3 script/convert-pickles.py Data/birds/train -o train.safetensors [--size 76] [--captions text_c10]

The folder holds, as those projects distribute them:

    76images.pickle or 304images.pickle     pictures, each height x width x 3 bytes
    char-CNN-RNN-embeddings.pickle          for each picture captions x dimension numbers; other names: --embeddings
    filenames.pickle                        for each picture 'CLASS/NAME'
    class_info.pickle                       for each picture its class, a number; without it the folders' names serve

Captions are read from --captions, a folder with CLASS/NAME.txt, one caption a line; without it the file's name is
every caption. The result is a safetensors file that 'planform train --data' reads; look into it with
'planform data show'.

A pickle may name any function for Python to call. This script lets it name only those that make up numpy's arrays,
and so runs no code of the file's. Needs Python 3.8 and numpy.
"""

import argparse
import json
import os
import pickle
import struct
import sys

import numpy

# What pickles of arrays, of either numpy and of Python 2 or 3, may call.
ALLOWED = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
    ("copy_reg", "_reconstructor"),
    ("copyreg", "_reconstructor"),
    ("builtins", "object"),
    ("__builtin__", "object"),
} | {
    (module + ".multiarray", name)
    for module in ("numpy.core", "numpy._core")
    for name in ("_reconstruct", "scalar")
}


class ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"it names '{module}.{name}', which is no part of an array")
        return super().find_class(module, name)


def fail(message):
    sys.exit(f"convert-pickles: error: {message}")


def load(path):
    try:
        with open(path, "rb") as file:
            return ArrayUnpickler(file, encoding="latin1").load()
    except OSError as error:
        fail(f"cannot read '{path}': {error.strerror}")
    except Exception as error:
        fail(f"'{path}' cannot be converted: {error}")


def load_images(folder, size):
    path = os.path.join(folder, f"{size}images.pickle")
    images = load(path)
    shape = (size, size, 3)
    for index, image in enumerate(images):
        if numpy.shape(image) != shape:
            fail(f"'{path}': expected picture {index} of shape {shape}, found {numpy.shape(image)}")
    return numpy.asarray(images, dtype=numpy.uint8)


def load_embeddings(path, count):
    embeddings = numpy.asarray(load(path), dtype="<f4")
    if embeddings.ndim == 2:
        embeddings = embeddings[:, None, :]
    if embeddings.ndim != 3 or len(embeddings) != count:
        fail(f"'{path}': expected embeddings [{count}, captions, dimension], found {list(embeddings.shape)}")
    return embeddings


def load_names(path, count):
    names = [str(name) for name in load(path)]
    if len(names) != count:
        fail(f"'{path}': expected {count} names, found {len(names)}")
    return names


def labels_of(folder, names):
    """For each picture a number from 0, and what the numbers mean."""
    path = os.path.join(folder, "class_info.pickle")
    if os.path.exists(path):
        numbers = [int(number) for number in load(path)]
        if len(numbers) != len(names):
            fail(f"'{path}': expected {len(names)} classes, found {len(numbers)}")
    else:
        numbers = [name.split("/")[0] for name in names]
    present = sorted(set(numbers))
    first = {number: names[numbers.index(number)] for number in present}
    # A class is called like its folder, if it has one of its own.
    folders = [first[number].split("/")[0] for number in present]
    if len(set(folders)) < len(folders):
        folders = [str(number) for number in present]
    return [present.index(number) for number in numbers], folders


def captions_of(names, folder, each):
    captions = []
    for name in names:
        lines = [os.path.basename(name).replace("_", " ")]
        if folder:
            path = os.path.join(folder, name + ".txt")
            try:
                with open(path, encoding="utf-8") as file:
                    lines = [line.strip() for line in file if line.strip()] or lines
            except OSError as error:
                fail(f"cannot read '{path}': {error.strerror}")
        captions.append([lines[index % len(lines)] for index in range(each)])
    return captions


def write(path, tensors, metadata):
    """A safetensors file: the header's length, the header as JSON, the tensors."""
    kinds = {"float32": "F32", "uint8": "U8", "int64": "I64"}
    header, position = {"__metadata__": metadata}, 0
    for name, tensor in tensors:
        end = position + tensor.nbytes
        header[name] = {
            "dtype": kinds[tensor.dtype.name], "shape": list(tensor.shape), "data_offsets": [position, end],
        }
        position = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    partial = path + ".partial"
    with open(partial, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, tensor in tensors:
            tensor.tofile(file)
    os.replace(partial, path)


def main():
    parser = argparse.ArgumentParser(description="Turns the pickles of the StackGAN projects into a data set.")
    parser.add_argument("folder", help="the folder with the pickles")
    parser.add_argument("-o", "--output", required=True, help="the safetensors file to write")
    parser.add_argument("--size", type=int, default=76, help="which pictures: 76 or 304 (default: 76)")
    parser.add_argument("--embeddings", default="char-CNN-RNN-embeddings.pickle", help="the embeddings' file")
    parser.add_argument("--captions", help="a folder with CLASS/NAME.txt")
    options = parser.parse_args()

    images = load_images(options.folder, options.size)
    embeddings = load_embeddings(os.path.join(options.folder, options.embeddings), len(images))
    names = load_names(os.path.join(options.folder, "filenames.pickle"), len(images))
    labels, classes = labels_of(options.folder, names)
    metadata = {
        "format": "planform-dataset-1",
        "captions": json.dumps(captions_of(names, options.captions, embeddings.shape[1])),
        "classes": json.dumps(classes),
        "embedding": f"from '{options.embeddings}'",
    }
    # Wider numbers first, so that each tensor is aligned.
    tensors = [("labels", numpy.asarray(labels, dtype="<i8")), ("embeddings", embeddings), ("images", images)]
    write(options.output, tensors, metadata)
    print(f"{options.output}: {len(images)} pictures in {len(classes)} classes")


if __name__ == "__main__":
    main()
