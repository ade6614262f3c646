import Foundation
import Runtime
import Testing
import Training

/// The formulas of StarGAN v2's blocks against values by hand.
@Suite struct StarGAN2FormulaTests {
  @Test func `R1 of a linear critic is half its squared weight`() throws {
    let model = try CompiledGraph(
      text: """
        planform: 1
        name: linear-critic
        include: ["\(Repository.path("graphs/stargan2/afhq.yaml"))"]
        params: {batch: 2, image_size: 32, base_dim: 4, max_conv_dim: 8, style_dim: 4, hidden_dim: 8}
        networks:
          discriminator:
            inputs: {image: [any, 3, 32, 32], y: {shape: [any], type: int64}}
            nodes:
              - flatten: {from: image}
              - linear: {features: domains}
              - gather: {from: [_, y], axis: 1}
        """)
    let inputs = try model.pictures(
      ["source", "reference", "reference2"], labels: ["domain", "target"])
    _ = try model.run(
      "style", [inputs[0], inputs[4]].map { (Self.styleNames[$0.0] ?? $0.0, $0.1) })
    let weight = try model.states().tensor("discriminator/linear.weight").floats
    let row = weight[3072..<6144].reduce(0.0) { $0 + Double($1 * $1) }
    let reg = try model.run("train", inputs).tensor("d_latent.reg").floats[0]
    #expect(abs(Double(reg) - row / 2) <= 1e-5 * row)
  }

  private static let styleNames = ["source": "image"]

  /// A model of one block of the file, from the inputs to `y`.
  private static func model(
    of block: String, inputs: String, wHPF: Double = 1
  ) throws -> CompiledGraph {
    try CompiledGraph(
      text: """
        planform: 1
        name: block
        include: ["\(Repository.path("graphs/stargan2/blocks.yaml"))"]
        params: {w_hpf: \(wHPF), batch: 1, image_size: 32, max_conv_dim: 8}
        let: {base: 4}
        sample:
          inputs: {\(inputs)}
          nodes: [\(block)]
          outputs: {y: y}
        """)
  }

  @Test func `a high-pass skip adds the details that the mask shows`() throws {
    let size = 8
    let model = try Self.model(
      of: "{HighPassSkip: {as: y, from: [x, encoded, mask], size: 8}}",
      inputs: "x: [1, 2, 8, 8], encoded: [1, 2, 8, 8], mask: [1, 1, 16, 16]", wHPF: 2)
    let x = (0..<128).map { Float($0) / 50 }
    let encoded = (0..<128).map { cos(Float($0 * $0)) }
    func filtered(_ encoded: [Float], shown: Float) throws -> [Float] {
      let values = try model.run(
        "sample",
        [
          ("x", HostTensor(shape: [1, 2, 8, 8], x)),
          ("encoded", HostTensor(shape: [1, 2, 8, 8], encoded)),
          ("mask", HostTensor(shape: [1, 1, 16, 16], [Float](repeating: shown, count: 256))),
        ])
      return zip(try values.tensor("y").floats, x).map { $0 - $1 }
    }
    // The filter by its definition: 8 in the middle, -1 around it, nothing beyond the edge.
    let details = try filtered(encoded, shown: 0.5)
    for (place, found) in details.enumerated() {
      let (channel, row, column) = (place / 64, place / size % size, place % size)
      var sum: Float = 0
      for (down, right) in (0..<9).map({ ($0 / 3 - 1, $0 % 3 - 1) }) {
        let (i, j) = (row + down, column + right)
        guard (0..<size).contains(i), (0..<size).contains(j) else { continue }
        sum += encoded[channel * 64 + i * size + j] * (down == 0 && right == 0 ? 8 : -1)
      }
      #expect(abs(found - sum * 0.5 / 2) <= 1e-5, "\(place)")
    }
    // Without details, nothing is added away from the edge; behind a black mask, nothing anywhere.
    let flat = try filtered([Float](repeating: 3, count: 128), shown: 1)
    for row in 1..<7 { for column in 1..<7 { #expect(abs(flat[row * size + column]) <= 1e-5) } }
    #expect(try filtered(encoded, shown: 0).allSatisfy { $0 == 0 })
  }

  @Test func `a block with zero weights halves nothing but the variance`() throws {
    // A residual path of zeros leaves x / sqrt(2), whatever the picture.
    let model = try CompiledGraph(
      text: """
        planform: 1
        name: block
        include: ["\(Repository.path("graphs/stargan2/blocks.yaml"))"]
        params: {w_hpf: 0, batch: 1, image_size: 32, max_conv_dim: 8}
        let: {base: 4}
        networks:
          n:
            inputs: {x: [1, 4, 8, 8], style: [1, 3]}
            init: {conv2d: {weight: 0, bias: 0}, linear: {weight: 0, bias: 0}}
            nodes:
              - ResBlk: {as: plain, from: x, dim_in: 4, dim_out: 4, normalize: true}
              - AdainResBlk: {as: styled, from: [x, style], dim_in: 4, dim_out: 4}
            outputs: {plain: plain, styled: styled}
        sample:
          inputs: {x: [1, 4, 8, 8], style: [1, 3]}
          nodes: [{n: {as: y, from: [x, style]}}]
          outputs: {plain: y.plain, styled: y.styled}
        """)
    let x = (0..<256).map { sin(Float($0)) }
    let values = try model.run(
      "sample",
      [
        ("x", HostTensor(shape: [1, 4, 8, 8], x)),
        ("style", HostTensor(shape: [1, 3], [Float(1), 2, 3])),
      ])
    for output in ["plain", "styled"] {
      for (found, given) in zip(try values.tensor(output).floats, x) {
        #expect(abs(found - given / Float(2).squareRoot()) <= 1e-6)
      }
    }
  }
}
