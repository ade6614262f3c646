/// The type of one element in a safetensors file.
///
/// All types of the format are known, so that a file with a tensor that nobody asks for can still be opened.
package enum StoredElement: String, Sendable, CaseIterable {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case float8E4M3 = "F8_E4M3"
  case float8E5M2 = "F8_E5M2"
  case int64 = "I64"
  case int32 = "I32"
  case int16 = "I16"
  case int8 = "I8"
  case uint64 = "U64"
  case uint32 = "U32"
  case uint16 = "U16"
  case uint8 = "U8"
  case bool = "BOOL"

  /// Bytes of one element.
  package var size: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float8E4M3, .float8E5M2, .int8, .uint8, .bool: 1
    }
  }
}

/// Where a tensor lies in a file, and what it is.
package struct StoredTensor: Sendable, Hashable {
  package var element: StoredElement
  package var shape: [Int]
  /// Bytes from the file's start.
  package var range: Range<Int>
}

// MARK: Conversion

extension StoredTensor {
  /// The elements as float32, for the types that stand for fractions; nil for the others.
  func floats(in file: UnsafeRawBufferPointer) -> [Float]? {
    let bytes = UnsafeRawBufferPointer(rebasing: file[range])
    switch element {
    case .float32: return bytes.elements(Float.self)
    case .float64: return bytes.elements(Double.self).map(Float.init)
    case .float16: return bytes.elements(UInt16.self).map(Float.init(halfPrecisionBits:))
    case .bfloat16: return bytes.elements(UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
    default: return nil
    }
  }

  /// The elements as int64, for the whole-number types that are supported; nil for the others.
  func integers(in file: UnsafeRawBufferPointer) -> [Int64]? {
    let bytes = UnsafeRawBufferPointer(rebasing: file[range])
    switch element {
    case .int64: return bytes.elements(Int64.self)
    case .int32: return bytes.elements(Int32.self).map(Int64.init)
    case .uint8: return bytes.map(Int64.init)
    default: return nil
    }
  }
}

extension UnsafeRawBufferPointer {
  /// The bytes as an array of fixed-width values, whatever their alignment.
  func elements<Element: BitwiseCopyable>(_ type: Element.Type) -> [Element] {
    let count = count / MemoryLayout<Element>.size
    return Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: self)
      initialized = count
    }
  }
}

extension Float {
  /// The value of an IEEE binary16 number.
  ///
  /// By hand, since `Float16` needs run-time support that not every machine's C library brings.
  init(halfPrecisionBits bits: UInt16) {
    let sign = UInt32(bits >> 15) << 31
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits) & 0x3FF
    switch exponent {
    case 0:
      // Subnormal: fraction * 2^-24, exact in float32.
      let magnitude = Float(fraction) * 0x1p-24
      self = sign == 0 ? magnitude : -magnitude
    case 31: self.init(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: self.init(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
