import GraphIR
import Plan

extension LoweringContext {
  /// The call that draws this node's numbers; the node's path gives both key and name.
  func draw(_ distribution: RandomCall.Distribution) -> [KernelCall] {
    [
      .random(
        RandomCall(
          target: output(0), distribution: distribution, key: fingerprint(of: path), name: path))
    ]
  }
}

/// The 64-bit FNV-1a hash of a text: stable between runs and machines, unlike Swift's own.
func fingerprint(of text: String) -> UInt64 {
  text.utf8.reduce(0xcbf2_9ce4_8422_2325) { hash, byte in
    (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
  }
}

/// The type of a draw of the given shape.
func drawnType(
  _ shape: [Int], of element: ElementType = .float32, for name: String
) throws(Diagnostic) -> [TensorType] {
  try requirePositive(shape, for: name)
  return [TensorType(element, shape)]
}
