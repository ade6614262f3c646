import GraphIR
import Operators
import Plan

extension OperatorExamples {
  private static let images: [[Int]] = [
    [1, 1, 2, 2], [2, 3, 2, 2], [2, 1, 3, 3], [1, 4, 1, 5], [3, 2, 4, 1], [2, 2, 3, 5],
    [1, 3, 4, 4],
  ]

  static let normalizations: [Example] = {
    let rows: [[Int]] = [[2, 1], [3, 4], [5, 2], [7, 1]]
    let batch = (images + rows).flatMap { shape -> [Example] in
      [
        Example("batch_norm", [:], shape), Example("batch_norm", ["affine": false], shape),
        Example("batch_norm", ["mode": "eval", "eps": 0.1], shape),
        Example("batch_norm", ["mode": "eval", "affine": false], shape),
      ]
    }
    let instance = images.flatMap { shape -> [Example] in
      let (whole, rows) = (Array(shape.prefix(2)) + [1, 1], Array(shape.prefix(2)))
      return [
        Example("instance_norm", [:], shape), Example("instance_norm", ["affine": true], shape),
        Example("instance_norm", ["affine": true, "eps": 0.3], shape),
        Example("ada_in", [:], shape, rows, rows), Example("ada_in", [:], shape, whole, rows),
        Example("ada_in", ["eps": 0.2], shape, whole, whole),
      ]
    }
    let layer = images.flatMap { shape in
      [
        Example("layer_norm", ["dims": 2], shape), Example("layer_norm", ["dims": 3], shape),
        Example("layer_norm", ["dims": 4, "affine": false], shape),
      ]
    }
    return batch + instance + layer
  }()

  static let resampling: [Example] = {
    let nearest = images.flatMap { shape in
      [
        Example("upsample_nearest", ["scale": 2], shape),
        Example("upsample_nearest", ["scale": [1, 3]], shape),
        Example("upsample_nearest", ["scale": 1], shape),
        Example("upsample", [:], shape),
        Example("upsample", ["scale": [3, 2], "mode": "bilinear"], shape),
        Example("upsample", ["mode": "bilinear", "align_corners": true], shape),
      ]
    }
    let sizes: [[Int]] = [[1, 1], [2, 3], [5, 4], [3, 8]]
    let resized = images.flatMap { shape in
      sizes.flatMap { size -> [Example] in
        ["half_pixel", "align_corners", "legacy"].flatMap { mode -> [Example] in
          let attributes: KeyValuePairs<String, AttributeValue> = [
            "to": .integers(size), "mode": .text(mode),
          ]
          return [
            Example("resize_bilinear", attributes, shape),
            Example("resize_bilinear_gradient", attributes, shape),
          ]
        }
      }
    }
    return nearest + resized
  }()

  /// Images and windows: side by side, overlapping, with gaps, padded.
  private static let windows: [([Int], [Int], [Int], [Int])] = [
    ([1, 1, 1, 1], [1, 1], [1, 1], [0, 0, 0, 0]), ([2, 3, 4, 4], [2, 2], [2, 2], [0, 0, 0, 0]),
    ([1, 2, 6, 3], [3, 3], [3, 3], [0, 0, 0, 0]), ([1, 1, 5, 5], [2, 2], [2, 2], [0, 0, 0, 0]),
    ([2, 1, 4, 5], [3, 3], [1, 1], [0, 0, 0, 0]), ([1, 2, 5, 5], [3, 3], [2, 2], [1, 1, 1, 1]),
    ([1, 2, 6, 6], [3, 3], [2, 2], [0, 0, 1, 1]), ([1, 1, 4, 4], [2, 2], [1, 1], [1, 0, 0, 1]),
    ([2, 2, 3, 7], [1, 2], [1, 2], [0, 0, 0, 0]), ([1, 1, 7, 3], [2, 1], [3, 2], [0, 0, 0, 0]),
    ([1, 3, 2, 2], [2, 2], [2, 2], [0, 0, 0, 0]), ([2, 1, 4, 2], [4, 2], [1, 1], [0, 0, 0, 0]),
    ([1, 2, 3, 3], [3, 3], [3, 3], [1, 1, 1, 1]), ([1, 1, 8, 8], [4, 4], [2, 2], [1, 1, 1, 1]),
    ([3, 1, 2, 4], [2, 2], [2, 2], [0, 0, 0, 0]), ([1, 2, 4, 4], [1, 1], [2, 2], [0, 0, 0, 0]),
    ([1, 1, 6, 4], [3, 2], [3, 2], [0, 0, 0, 0]), ([1, 1, 5, 4], [2, 3], [1, 2], [0, 1, 1, 2]),
    ([2, 2, 1, 5], [1, 3], [1, 1], [0, 1, 0, 1]), ([1, 4, 4, 4], [4, 4], [4, 4], [0, 0, 0, 0]),
  ]

  static let pools: [Example] = windows.flatMap { image, kernel, stride, padding -> [Example] in
    let pooled =
      image.prefix(2)
      + (0..<2).map { (axis: Int) -> Int in
        let extent = image[axis + 2] + padding[axis] + padding[axis + 2]
        return (extent - kernel[axis]) / stride[axis] + 1
      }
    let window: [Attribute] = [
      Attribute("kernel", .integers(kernel)), Attribute("stride", .integers(stride)),
      Attribute("padding", .integers(padding)),
    ]
    let extent = Attribute("extent", .integers(Array(image[2...])))
    let samples = ["avg_pool", "sum_pool", "max_pool"].map { Example($0, [:], image) }
    var gradient = Example("sum_pool_gradient", [:], Array(pooled))
    gradient.attributes = [extent]
    // The index of each window's first pixel that is not padding.
    let corner = Example.Operand.index(Array(pooled), below: 1)
    var scatter = Example("max_pool_scatter", [:], [.any(Array(pooled)), corner])
    scatter.attributes = [extent]
    let gather = Example("max_pool_gather", [:], [.any(image), corner])
    var whole = (samples + [gradient, scatter, gather])
    for index in whole.indices { whole[index].attributes += window }
    return whole + [
      Example("global_avg_pool", [:], image),
      Example("global_avg_pool", ["keepdims": false], image),
    ]
  }
}
