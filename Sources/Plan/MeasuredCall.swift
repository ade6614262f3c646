/// A call that computes an image, and the mean and the variance of each of its channels.
///
/// It means both calls, one after the other. A runtime that can takes the moments while the image is being written, and
/// does not read it again.
package struct MeasuredCall: Sendable, Hashable {
  /// What computes the image.
  package enum Producer: Sendable, Hashable {
    case convolution(ConvolutionCall)
    case pool(PoolCall)
  }

  package var producer: Producer
  /// Of the producer's target, over all axes but that of the channels.
  package var moments: MomentsCall

  /// The axes that moments of channels reduce.
  package static let axes = [0, 2, 3]

  package init(producer: Producer, moments: MomentsCall) {
    self.producer = producer
    self.moments = moments
  }
}

extension MeasuredCall.Producer {
  /// Nil for calls whose results are measured by another call only.
  package init?(_ call: KernelCall) {
    switch call {
    case .convolution(let call): self = .convolution(call)
    case .pool(let call) where call.indices == nil: self = .pool(call)
    default: return nil
    }
  }

  package var call: KernelCall {
    switch self {
    case .convolution(let call): .convolution(call)
    case .pool(let call): .pool(call)
    }
  }

  package var target: TensorID {
    switch self {
    case .convolution(let call): call.target
    case .pool(let call): call.target
    }
  }
}

extension KernelCall {
  /// The call, or what computes the image of one that measures it.
  package var unmeasured: KernelCall {
    if case .measured(let measured) = self { measured.producer.call } else { self }
  }
}

extension MeasuredCall: KernelOperands {
  package var reads: [TensorID] { producer.call.reads }
  package var writes: [TensorID] { producer.call.writes + moments.writes }
  package mutating func renumber(_ rename: (TensorID) -> TensorID) {
    switch producer {
    case .convolution(let call): producer = .convolution(call.renumbered(rename))
    case .pool(let call): producer = .pool(call.renumbered(rename))
    }
    moments.renumber(rename)
  }
}

/// In the plan file the producer is a call like any other.
extension MeasuredCall: Codable {
  private enum CodingKeys: String, CodingKey { case producer, moments }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let call = try container.decode(KernelCall.self, forKey: .producer)
    guard let producer = Producer(call) else {
      throw DecodingError.dataCorruptedError(
        forKey: .producer, in: container,
        debugDescription: "expected a convolution or a pool without indices, found '\(call.name)'")
    }
    self.producer = producer
    moments = try container.decode(MomentsCall.self, forKey: .moments)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(producer.call, forKey: .producer)
    try container.encode(moments, forKey: .moments)
  }
}
