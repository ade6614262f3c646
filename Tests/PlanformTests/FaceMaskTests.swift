import Foundation
import Runtime
import Testing
import Training

/// StarGAN v2's masks from landmark maps, against a calculation by single maps.
@Suite struct FaceMaskTests {
  private static let (count, size) = (98, 256)
  private static let area = size * size

  @Test func `heat maps become masks`() throws {
    let maps = Self.randomMaps()
    let model = try CompiledGraph("graphs/stargan2/masks.yaml", [])
    let values = try model.run(
      "parts", [("maps", HostTensor(shape: [1, Self.count, Self.size, Self.size], maps))])
    let found = try values.tensor("masks").floats
    let (face, inner) = Self.masks(of: maps)
    let expected = face + inner
    #expect(found.count == expected.count)
    let difference = zip(found, expected).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    #expect(difference <= 1e-5)
    // Both masks must have something to say.
    for mask in [face, inner] {
      #expect(mask.contains { $0 > 0.5 } && mask.contains { $0 == 0 })
    }
    #expect(face != inner)
  }

  /// A spot of random place, width and height for every landmark, with some noise below the threshold.
  private static func randomMaps() -> [Float] {
    var state: UInt64 = 11
    func draw() -> Float {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / Float(1 << 24)
    }
    var maps = [Float](repeating: 0.05, count: count * area)
    for map in 0..<count {
      let (row, column) = (Int(draw() * 256), Int(draw() * 256))
      let (height, width) = (0.3 + draw(), 2 + 4 * draw())
      for i in max(0, row - 12)..<min(size, row + 13) {
        for j in max(0, column - 12)..<min(size, column + 13) {
          let distance = Float((i - row) * (i - row) + (j - column) * (j - column))
          maps[map * area + i * size + j] += height * exp(-distance / (2 * width * width))
        }
      }
    }
    return maps
  }

  // MARK: The masks, landmark by landmark

  /// What becomes of a landmark's map: copies of it, each moved up and raised to a power.
  private struct Treatment {
    var copies: [(up: Int, power: Float)]
    var isInner = false
  }

  private static func treatment(of landmark: Int) -> Treatment? {
    switch landmark {
    case 0..<8, 25..<33, 33, 46, 76, 82: nil
    case 8..<25: Treatment(copies: [(0, 3)])
    case 34..<51: Treatment(copies: [(-7, 2)])
    case 51: Treatment(copies: [(0, 1)], isInner: true)
    case 52..<55: Treatment(copies: [(4, 1)], isInner: true)
    case 55..<60: Treatment(copies: [(8, 4)], isInner: true)
    case 60..<76: Treatment(copies: [(-8, 3), (-24, 1)], isInner: true)
    case 77..<82: Treatment(copies: [(-8, 4)])
    case 83..<88: Treatment(copies: [(8, 4)])
    case 88..<96: Treatment(copies: [(-2, 3)])
    default: Treatment(copies: [(0, 1)], isInner: true)
    }
  }

  private static func masks(of maps: [Float]) -> (face: [Float], inner: [Float]) {
    var face = [Float](repeating: 0, count: area)
    var inner = face
    for landmark in 0..<count {
      guard let treatment = treatment(of: landmark) else { continue }
      let map = maps[landmark * area..<(landmark + 1) * area].map { $0 < 0.1 ? 0 : $0 }
      guard let least = map.min(), let greatest = map.max() else { continue }
      for (place, value) in map.enumerated() where value > least {
        let share = (value - least) / (greatest - least + 1e-6)
        for copy in treatment.copies {
          let row = (place / size - copy.up + size) % size
          let moved = row * size + place % size
          let amount = pow(share, copy.power)
          face[moved] += amount
          if treatment.isInner { inner[moved] += amount }
        }
      }
    }
    return (face.map { min($0, 1) }, inner.map { min($0, 1) })
  }
}
