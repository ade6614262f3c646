import Runtime
import Testing
import Training

@Suite struct PerceptualDistanceTests {
  /// Two pictures' maps of three channels and 2 x 2 places.
  private func maps(_ speed: Double, _ phase: Double) -> HostTensor {
    HostTensor(
      shape: [2, 3, 2, 2], FeatureTable.waves(2, 12, speed: speed, phase: phase).values)
  }

  @Test func `weighted distances of maps are PyTorch's`() {
    let distance = PerceptualDistance(comparing: ["map_1"], weights: [[0.5, 1, 2]])
    let first = [PerceptualDistance.normalized(maps(0.37, 0.1))]
    let second = [PerceptualDistance.normalized(maps(0.53, 0.7))]
    for (picture, value) in [3.278719289847497, 3.455836529491573].enumerated() {
      #expect(abs(distance.between(first, second, at: picture) - value) < 1e-5)
      #expect(distance.between(first, first, at: picture) == 0)
    }
  }

  @Test func `maps add up, and a plain vector is a map of one place`() {
    let vector = PerceptualDistance.normalized(HostTensor(shape: [1, 2], [Float(3), 4]))
    let other = PerceptualDistance.normalized(HostTensor(shape: [1, 2], [Float(0), 1]))
    // (0.6 - 0)² + (0.8 - 1)²
    let single = PerceptualDistance(comparing: ["features"], weights: [[1, 1]])
    #expect(abs(single.between([vector], [other], at: 0) - 0.4) < 1e-6)
    let double = PerceptualDistance(comparing: ["map_1", "map_2"], weights: [[1, 1], [2, 2]])
    #expect(abs(double.between([vector, vector], [other, other], at: 0) - 1.2) < 1e-6)
  }

  @Test func `a channel of zeros stays finite`() {
    let zeros = PerceptualDistance.normalized(
      HostTensor(shape: [1, 2, 1, 1], [Float(0), 0]))
    #expect(zeros.floats == [0, 0])
  }

  @Test func `ten versions make 45 pairs, and spread is their mean`() {
    #expect(PerceptualDistance.pairs(of: 10).count == 45)
    #expect(Set(PerceptualDistance.pairs(of: 10).map { $0.0 * 10 + $0.1 }).count == 45)
    #expect(PerceptualDistance.pairs(of: 1).isEmpty)
    let distance = PerceptualDistance(comparing: ["features"], weights: [[1, 1]])
    let axes = [[Float(1), 0], [0, 1], [1, 0]].map { [HostTensor(shape: [1, 2], $0)] }
    // Distances 2, 0 and 2.
    #expect(abs(distance.spread(of: axes)[0] - 4.0 / 3) < 1e-12)
  }
}
