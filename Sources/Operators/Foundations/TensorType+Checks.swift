import GraphIR
import Plan

extension TensorType {
  /// An axis counted from the front, given one that may be counted from the back (-1 is the last).
  ///
  /// - Throws: if the type has no such axis.
  func axis(_ axis: Int, for name: String) throws(Diagnostic) -> Int {
    guard -rank..<rank ~= axis else { throw Diagnostic(.noSuchAxis(axis, of: self, for: name)) }
    return axis < 0 ? axis + rank : axis
  }

  /// Fails unless this is a float tensor of rank 4.
  func requireImages(for name: String) throws(Diagnostic) {
    guard rank == 4, element == .float32 else {
      throw Diagnostic(.notImages(self, for: name))
    }
  }

  func requireFloats(for name: String) throws(Diagnostic) {
    guard element == .float32 else { throw Diagnostic(.notFloats(self, for: name)) }
  }
}

/// Fails unless every extent is positive.
func requirePositive(_ shape: [Int], for name: String) throws(Diagnostic) {
  guard shape.allSatisfy({ $0 > 0 }) else { throw Diagnostic(.emptyShape(shape, for: name)) }
}

extension Diagnostic.Message {
  fileprivate static func noSuchAxis(_ axis: Int, of type: TensorType, for name: String) -> Self {
    "\(name): there is no axis \(axis) in \(type); its axes are 0 to \(type.rank - 1)"
  }

  fileprivate static func notImages(_ type: TensorType, for name: String) -> Self {
    "\(name) wants an f32 tensor of rank 4 (N×C×H×W), got \(type)"
  }

  fileprivate static func notFloats(_ type: TensorType, for name: String) -> Self {
    "\(name) works on f32 tensors, got \(type)"
  }

  fileprivate static func emptyShape(_ shape: [Int], for name: String) -> Self {
    "\(name): every extent must be at least 1, got \(shape)"
  }
}
