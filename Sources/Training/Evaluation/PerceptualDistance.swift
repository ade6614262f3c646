package import Runtime

/// How different two pictures look to a network.
///
/// At every place of a feature map the channels are scaled to unit length; squared differences are weighted and summed
/// over the channels, averaged over the places, and summed over the maps (Zhang et al., "The Unreasonable Effectiveness
/// of Deep Features as a Perceptual Metric", 2018).
package struct PerceptualDistance: Sendable {
  /// Added to a squared length before its root is taken.
  private static let epsilon = 1e-10

  /// The network's outputs that are compared.
  package let outputs: [String]
  /// For each output one weight a channel.
  private let weights: [[Float]]

  /// Compares outputs whose channels have these weights.
  package init(comparing outputs: [String], weights: [[Float]]) {
    precondition(outputs.count == weights.count, "every output has weights")
    self.outputs = outputs
    self.weights = weights
  }

  /// Compares the outputs whose names begin with `map_`, or `features` if there are none.
  ///
  /// - Parameter weights: tensors named like the outputs, one number a channel; nil weights all channels alike.
  package init(
    for network: FeatureNetwork, weights file: SafetensorsFile? = nil
  ) throws(RuntimeError) {
    let maps = network.outputs.filter { $0.name.hasPrefix("map_") && $0.shape.count == 4 }
    let compared = maps.isEmpty ? network.outputs.filter { $0.name == "features" } : maps
    guard !compared.isEmpty else {
      throw RuntimeError(
        .missing,
        "the network has neither feature maps named 'map_...' of shape [batch, channels, height, "
          + "width] nor an output 'features' to compare pictures by")
    }
    let weights = try compared.map { name, shape throws(RuntimeError) -> [Float] in
      guard let file else { return Array(repeating: Float(1), count: shape[1]) }
      let weights = try file.tensor(name)
      guard weights.count == shape[1] else {
        throw RuntimeError(
          .invalid,
          "expected \(shape[1]) weights for the channels of '\(name)', found \(weights.shape)")
      }
      return weights.floats
    }
    self.init(comparing: compared.map(\.name), weights: weights)
  }

  /// The network's description of pictures, ready to be compared.
  package func describe(
    _ pictures: [Picture], by network: FeatureNetwork
  ) throws(RuntimeError) -> [HostTensor] {
    try network.describe(pictures, by: outputs).map(Self.normalized)
  }

  /// The channels at every place scaled to unit length.
  ///
  /// - Parameter maps: `[pictures, channels, ...]`.
  package static func normalized(_ maps: HostTensor) -> HostTensor {
    var values = maps.floats
    let places = maps.shape.dropFirst(2).reduce(1, *)
    for picture in 0..<maps.shape[0] {
      let start = picture * maps.shape[1] * places
      for place in start..<start + places {
        let channels = (0..<maps.shape[1]).map { place + $0 * places }
        let square = channels.reduce(0) { $0 + Double(values[$1]) * Double(values[$1]) }
        let scale = Float(1 / (square + epsilon).squareRoot())
        for index in channels { values[index] *= scale }
      }
    }
    return HostTensor(shape: maps.shape, values)
  }

  /// The distance between the pictures at one position of two descriptions.
  package func between(_ first: [HostTensor], _ second: [HostTensor], at picture: Int) -> Double {
    outputs.indices.reduce(0) { sum, output in
      let weights = weights[output]
      let places = first[output].shape.dropFirst(2).reduce(1, *)
      let (left, right) = (first[output].floats, second[output].floats)
      let start = picture * weights.count * places
      var distance = 0.0
      for channel in weights.indices {
        for index in start + channel * places..<start + (channel + 1) * places {
          let difference = Double(left[index] - right[index])
          distance += Double(weights[channel]) * difference * difference
        }
      }
      return sum + distance / Double(places)
    }
  }

  /// For each picture the mean distance over all pairs of its versions.
  ///
  /// - Parameter versions: descriptions of the same number of pictures.
  package func spread(of versions: [[HostTensor]]) -> [Double] {
    let pairs = Self.pairs(of: versions.count)
    return (0..<(versions.first?.first?.shape[0] ?? 0)).map { picture in
      pairs.reduce(0) { $0 + between(versions[$1.0], versions[$1.1], at: picture) }
        / Double(max(1, pairs.count))
    }
  }

  /// All unordered pairs of different numbers below `count`.
  package static func pairs(of count: Int) -> [(Int, Int)] {
    (0..<count).flatMap { first in (first + 1..<max(first + 1, count)).map { (first, $0) } }
  }
}
