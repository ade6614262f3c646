/// Pooling, resizing, picking by index and random numbers.
extension CallChecker {
  func checkPool(_ call: PoolCall) throws(PlanError) {
    try checkWindow(call, image: call.source, result: call.target)
    if call.kind == .max { try checkFloats(of: call) }
    guard let indices = call.indices else { return }
    guard call.kind == .max else {
      throw refusal("expected indices of a max pool only, found them in a \(call.kind.rawValue)")
    }
    try expect(
      "indices", table[call.target].shape, found: shape(indices, .int64, "pooling indices"))
  }

  func checkAveragePoolGradient(_ call: PoolCall) throws(PlanError) {
    guard call.kind != .max, call.indices == nil else {
      throw refusal("expected an average or a sum without indices, found a max pool")
    }
    try checkWindow(call, image: call.target, result: call.source)
  }

  func checkMaxPoolMove(_ call: PoolCall, image: TensorID, result: TensorID) throws(PlanError) {
    guard call.kind == .max, let indices = call.indices else {
      throw refusal("expected a max pool with indices, found none")
    }
    try checkWindow(call, image: image, result: result)
    try checkFloats(of: call)
    try expect("indices", table[result].shape, found: shape(indices, .int64, "pooling indices"))
  }

  /// Maxima are moved in float32; sums and averages may be stored in bfloat16.
  private func checkFloats(of call: PoolCall) throws(PlanError) {
    _ = try floats(call.source, "what a max pool reads")
    _ = try floats(call.target, "what a max pool writes")
  }

  private func checkWindow(_ call: PoolCall, image: TensorID, result: TensorID) throws(PlanError) {
    try expect("a kernel", call.kernel, count: 2, from: 1)
    try expect("strides", call.stride, count: 2, from: 1)
    try expect("paddings", call.padding, count: 4, from: 0)
    let image = try reals(image, rank: 4, "an image")
    let result = try reals(result, rank: 4, "a pooled image")
    guard table[call.source].element == table[call.target].element else {
      throw refusal(
        "expected equal element types, found \(table[call.source].element.rawValue) and "
          + table[call.target].element.rawValue)
    }
    var expected = [image[0], image[1]]
    for axis in 0..<2 {
      let (before, after) = (call.padding[axis], call.padding[axis + 2])
      guard max(before, after) < call.kernel[axis] else {
        throw refusal("expected paddings below the kernel \(call.kernel), found \(call.padding)")
      }
      let room = image[2 + axis] + before + after - call.kernel[axis]
      guard room >= 0 else {
        throw refusal("expected a kernel within the padded \(image), found \(call.kernel)")
      }
      expected.append(room / call.stride[axis] + 1)
    }
    try expect("a pooled image", expected, found: result)
  }

  func check(_ call: BilinearCall) throws(PlanError) {
    let source = try floats(call.source, rank: 4, "a source")
    let target = try floats(call.target, rank: 4, "a target")
    try expect("a target", Array(source[..<2]) + Array(target[2...]), found: target)
    guard (source[2...] + target[2...]).allSatisfy({ $0 <= Limits.window }) else {
      throw refusal("expected sides of at most \(Limits.window), found \(source) and \(target)")
    }
  }

  func checkGather(_ call: GatherCall, rows: TensorID, picked: TensorID) throws(PlanError) {
    let index = try shape(call.index, .int64, rank: 1, "an index")
    let rows = try floats(rows, "rows")
    let picked = try floats(picked, "picked rows")
    let leading = call.batched ? 2 : 1
    guard rows.count >= leading else {
      throw refusal("expected rows of rank \(leading) or more, found \(rows)")
    }
    if call.batched && rows[0] != index[0] {
      throw refusal("expected an index for each of \(rows[0]) samples, found \(index[0])")
    }
    try expect("picked rows", index + Array(rows.dropFirst(leading)), found: picked)
  }

  func check(_ call: OneHotCall) throws(PlanError) {
    let index = try shape(call.index, .int64, rank: 1, "an index")
    let target = try floats(call.target, rank: 2, "a target")
    try expect("a target", [index[0], target[1]], found: target)
  }

  func check(_ call: RandomCall) throws(PlanError) {
    switch call.distribution {
    case .normal(let mean, let std), .truncatedNormal(let mean, let std):
      guard mean.isFinite, std.isFinite, std >= 0 else {
        throw refusal(
          "expected a finite mean and a deviation of at least 0, found \(mean) and \(std)")
      }
    case .uniform(let low, let high):
      guard low.isFinite, high.isFinite, low <= high else {
        throw refusal("expected low at most high, found \(low) and \(high)")
      }
    case .bernoulli(let probability):
      guard (0...1).contains(probability) else {
        throw refusal("expected a probability of 0 to 1, found \(probability)")
      }
    case .integers(let low, let high):
      guard low < high, low.magnitude <= Limits.bytes, high.magnitude <= Limits.bytes else {
        throw refusal("expected low below high within ±2^40, found \(low) and \(high)")
      }
      return
    }
    _ = try floats(call.target, "a target")
  }
}
