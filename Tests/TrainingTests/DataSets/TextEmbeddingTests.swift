import Testing

@testable import Training

@Suite struct TextEmbeddingTests {
  /// Numbers of an independent program after the definition in `TextEmbedding`.
  @Test func `vectors are those of the definition`() {
    #expect(TextEmbedding.hash("") == 0xEFD0_1F60_BA99_2926)
    #expect(TextEmbedding.hash("red") == 0x9EC9_BA33_30A6_4FB2)
    let expected: [Float] = [
      -0.1791396288879493, 0.28036194441080486, 0.08211611233127886, -0.7688598194322929,
      -0.19824583207952598, 0.0, -0.488497875021488, 0.11612971974824712,
    ]
    for (value, wanted) in zip(TextEmbedding(dimension: 8).embed("red apple"), expected) {
      #expect(abs(value - wanted) < 1e-6)
    }
  }

  @Test func `case, accents and punctuation do not matter`() {
    let embedding = TextEmbedding(dimension: 64)
    let plain = embedding.embed("creme brulee")
    #expect(embedding.embed("Crème brûlée!") == plain)
    #expect(embedding.embed("  CREME, BRU\u{302}LE\u{301}E ") == plain)
    #expect(embedding.embed("ｃｒｅｍｅ brulee") == plain)
    #expect(embedding.embed("...") == Array(repeating: 0, count: 64))
  }

  @Test func `shared words make vectors similar`() {
    let embedding = TextEmbedding(dimension: 256)
    let vectors = ["red apple", "green apple", "fire truck"].map(embedding.embed)
    func similarity(_ a: Int, _ b: Int) -> Float {
      zip(vectors[a], vectors[b]).reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(abs(similarity(0, 0) - 1) < 1e-5)
    #expect(abs(similarity(0, 1) - 0.38862337) < 1e-5)
    #expect(abs(similarity(0, 2) + 0.02955349) < 1e-5)
  }
}
