/// Checks one kernel call's arguments against the tensors that it names.
struct CallChecker {
  let table: TensorTable
  let place: String

  func check(_ call: KernelCall) throws(PlanError) {
    for id in call.reads + call.writes {
      try table.checkIndex(id, at: place)
      guard table[id].storage != .transient else {
        throw refusal("expected an operand that is stored, found \(table.name(id))")
      }
    }
    for id in call.writes { try checkTarget(id) }
    try checkArguments(call)
  }

  /// Checks what a call says of its operands, which are there.
  func checkArguments(_ call: KernelCall) throws(PlanError) {
    switch call {
    case .tile(let call): try check(call)
    case .tileList(let call): try check(call)
    case .convolution(let call):
      try checkConvolution(call, image: call.source, weight: call.weight, result: call.target)
      try checkBias(call.bias, channels: table[call.target].shape[1])
    case .convolutionInputGradient(let call):
      try checkConvolution(call, image: call.target, weight: call.weight, result: call.source)
      try checkBias(call.bias, channels: table[call.target].shape[1])
    case .convolutionWeightGradient(let call):
      try checkWeightGradient(call)
    case .weightUpdate(let call): try check(call)
    case .matmul(let call): try check(call)
    case .moments(let call): try check(call)
    case .copy(let call): try check(call)
    case .pool(let call): try checkPool(call)
    case .averagePoolGradient(let call): try checkAveragePoolGradient(call)
    case .maxPoolScatter(let call):
      try checkMaxPoolMove(call, image: call.target, result: call.source)
    case .maxPoolGather(let call):
      try checkMaxPoolMove(call, image: call.source, result: call.target)
    case .bilinear(let call), .bilinearGradient(let call): try check(call)
    case .gather(let call): try checkGather(call, rows: call.source, picked: call.target)
    case .scatterAdd(let call): try checkGather(call, rows: call.target, picked: call.source)
    case .oneHot(let call): try check(call)
    case .random(let call): try check(call)
    case .measured(let call): try check(call)
    }
  }

  func refusal(_ message: String) -> PlanError { PlanError(message, at: place) }

  /// The shape of a float32 operand.
  func floats(_ id: TensorID, rank: Int? = nil, _ role: String) throws(PlanError) -> [Int] {
    try shape(id, .float32, rank: rank, role)
  }

  /// The shape of an operand of real numbers, which may be stored in bfloat16.
  func reals(_ id: TensorID, rank: Int? = nil, _ role: String) throws(PlanError) -> [Int] {
    try shape(id, table[id].element == .bfloat16 ? .bfloat16 : .float32, rank: rank, role)
  }

  /// The shape of an operand of the given type.
  func shape(_ id: TensorID, _ element: ElementType, rank: Int? = nil, _ role: String)
    throws(PlanError) -> [Int]
  {
    let tensor = table[id]
    guard tensor.element == element else {
      throw refusal(
        "expected \(role) of \(element.rawValue), found \(table.name(id)) of "
          + tensor.element.rawValue)
    }
    if let rank, tensor.shape.count != rank {
      throw refusal("expected \(role) of rank \(rank), found \(table.name(id)) \(tensor.shape)")
    }
    return tensor.shape
  }

  func expect(_ role: String, _ expected: [Int], found: [Int]) throws(PlanError) {
    guard expected == found else {
      throw refusal("expected \(role) of shape \(expected), found \(found)")
    }
  }

  /// Numbers of a window, such as strides and paddings.
  func expect(_ role: String, _ numbers: [Int], count: Int, from least: Int) throws(PlanError) {
    guard numbers.count == count, numbers.allSatisfy({ (least...Limits.window).contains($0) })
    else {
      throw refusal("expected \(count) numbers from \(least) as \(role), found \(numbers)")
    }
  }

  /// A target must not have two elements at one place.
  private func checkTarget(_ id: TensorID) throws(PlanError) {
    let tensor = table[id]
    guard AddressPattern(extent: tensor.shape, strides: tensor.strides)?.isInjective == true else {
      throw refusal(
        "expected a target whose elements lie apart, found \(table.name(id)) with strides "
          + "\(tensor.strides) over \(tensor.shape)")
    }
  }

  /// One dense value per channel.
  func checkBias(_ bias: TensorID?, channels: Int) throws(PlanError) {
    guard let bias else { return }
    let shape = try floats(bias, "a bias")
    let pattern = AddressPattern(extent: shape, strides: table[bias].strides)
    guard pattern == AddressPattern(extent: [channels], strides: [1]) else {
      throw refusal("expected a dense bias of \(channels) elements, found \(shape)")
    }
  }
}
