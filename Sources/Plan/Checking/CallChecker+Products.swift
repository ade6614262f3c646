/// Convolution, matrix product and moments.
extension CallChecker {
  /// All three passes of a convolution obey one relation between the image, the weight and the result.
  func checkConvolution(
    _ call: ConvolutionCall, image: TensorID, weight: TensorID, result: TensorID
  ) throws(PlanError) {
    try expect("strides", call.stride, count: 2, from: 1)
    try expect("paddings", call.padding, count: 4, from: 0)
    try expect("dilations", call.dilation, count: 2, from: 1)
    let image = try reals(image, rank: 4, "an image")
    let weight = try floats(weight, rank: 4, "a weight")
    let result = try reals(result, rank: 4, "a convolved image")
    guard call.groups >= 1, image[1] % call.groups == 0, weight[0] % call.groups == 0 else {
      throw refusal(
        "expected groups that divide \(image[1]) and \(weight[0]) channels, found \(call.groups)")
    }
    guard weight[1] == image[1] / call.groups else {
      throw refusal(
        "expected a weight for \(image[1] / call.groups) input channels, found \(weight)")
    }
    var expected = [image[0], weight[0]]
    for axis in 0..<2 {
      guard weight[2 + axis] <= Limits.window else {
        throw refusal("expected kernels of at most \(Limits.window), found \(weight)")
      }
      let window = call.dilation[axis] * (weight[2 + axis] - 1) + 1
      let room = image[2 + axis] + call.padding[axis] + call.padding[axis + 2] - window
      guard room >= 0 else {
        throw refusal("expected a window within the padded image \(image), found \(window) pixels")
      }
      expected.append(room / call.stride[axis] + 1)
    }
    try expect("a convolved image", expected, found: result)
    try checkActivation(call.activation)
    guard call.isComputable(weight: weight, result: result) else {
      throw refusal(
        "expected a convolution that the algorithm '\(call.algorithm.rawValue)' can compute, "
          + "found the weight \(weight) with strides \(call.stride) and the result \(result)")
    }
  }

  func checkWeightGradient(_ call: ConvolutionCall) throws(PlanError) {
    try checkConvolution(call, image: call.source, weight: call.target, result: call.weight)
    guard call.bias == nil, call.activation == .identity else {
      throw refusal("expected neither bias nor activation in a weight gradient, found one")
    }
  }

  /// The gradient must be dense and of no other call's; the operations behind it must work point by point.
  func check(_ call: WeightUpdateCall) throws(PlanError) {
    let gradient = call.gradient.target
    try table.checkIndex(gradient, at: place)
    try checkWeightGradient(call.gradient)
    guard table[gradient].storage == .transient,
      table[gradient].strides == Layout.strides(table[gradient].shape)
    else {
      throw refusal(
        "expected a dense gradient that is stored nowhere, found \(table.name(gradient))")
    }
    _ = try floats(call.gradient.source, "an image")
    _ = try floats(call.gradient.weight, "a convolved image")
    guard call.tile.reductions.isEmpty else {
      throw refusal(
        "expected a weight's update without reductions, found \(call.tile.reductions.count)")
    }
    try check(call.tile)
  }

  private func checkActivation(_ activation: ConvolutionCall.Activation) throws(PlanError) {
    if case .leakyRelu(let slope) = activation, !slope.isFinite {
      throw refusal("expected a finite slope, found \(slope)")
    }
  }

  func check(_ call: MatmulCall) throws(PlanError) {
    let left = try reals(call.left, "a left factor")
    let right = try reals(call.right, rank: left.count, "a right factor")
    let target = try reals(call.target, rank: left.count, "a product")
    guard (2...3).contains(left.count) else {
      throw refusal("expected factors of rank 2 or 3, found \(left)")
    }
    let batch = Array(left.dropLast(2))
    let (a, b) = (Array(left.suffix(2)), Array(right.suffix(2)))
    let (rows, depth) = call.transposeLeft ? (a[1], a[0]) : (a[0], a[1])
    let (otherDepth, columns) = call.transposeRight ? (b[1], b[0]) : (b[0], b[1])
    guard depth == otherDepth else {
      throw refusal(
        "expected factors that agree in their inner extent, found \(depth) and \(otherDepth)")
    }
    try expect("a batch", batch, found: Array(right.dropLast(2)))
    try expect("a product", batch + [rows, columns], found: target)
    try checkBias(call.bias, channels: columns)
    try checkActivation(call.activation)
  }

  func check(_ call: MomentsCall) throws(PlanError) {
    let source = try reals(call.source, "a source")
    guard !call.axes.isEmpty, zip(call.axes, call.axes.dropFirst()).allSatisfy({ $0 < $1 }),
      call.axes.allSatisfy(source.indices.contains)
    else {
      throw refusal("expected ascending axes of \(source), found \(call.axes)")
    }
    let expected = source.indices.map { call.axes.contains($0) ? 1 : source[$0] }
    try expect("a mean", expected, found: floats(call.mean, "a mean"))
    try expect("a variance", expected, found: floats(call.variance, "a variance"))
  }
  /// Moments of channels of the very image that the producer computes.
  func check(_ call: MeasuredCall) throws(PlanError) {
    try checkArguments(call.producer.call)
    guard call.moments.source == call.producer.target else {
      throw refusal(
        "expected moments of \(table.name(call.producer.target)), which the call computes, found "
          + "moments of tensor \(call.moments.source.index)")
    }
    guard call.moments.axes == MeasuredCall.axes else {
      throw refusal(
        "expected moments over the axes \(MeasuredCall.axes), found \(call.moments.axes)")
    }
    try check(call.moments)
  }
}
