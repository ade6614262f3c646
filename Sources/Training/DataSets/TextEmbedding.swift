import Foundation

/// A vector for any text, without a trained model: hashed words and parts of words.
///
/// Every word, every pair of neighbouring words, and every run of three to five letters of a word adds or subtracts
/// a fixed weight at a place that its hash names; the sum is scaled to length 1. Texts that share words, or parts of
/// words, get similar vectors. The same text gives the same vector for ever: weights are trained against it.
package struct TextEmbedding: Sendable {
  /// The name that data sets record; it changes when any vector would.
  package static let name = "hashed-ngrams-1"

  package let dimension: Int

  package init(dimension: Int) {
    precondition(dimension > 0, "an embedding has at least one dimension")
    self.dimension = dimension
  }

  /// The text's vector of length 1, or zeros if the text has no letter or digit.
  package func embed(_ text: String) -> [Float] {
    var sums = [Double](repeating: 0, count: dimension)
    let words = Self.words(text)
    for word in words {
      add(1, "w", word, to: &sums)
      addLetters(of: word, to: &sums)
    }
    for (word, next) in zip(words, words.dropFirst()) {
      add(0.5, "p", word + " " + next, to: &sums)
    }
    let length = sums.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return sums.map { length > 0 ? Float($0 / length) : 0 }
  }

  /// Runs of letters with the word's borders marked; together they weigh as much as the word.
  private func addLetters(of word: String, to sums: inout [Double]) {
    let letters = Array("<\(word)>".unicodeScalars)
    let runs = (3...5).flatMap { length in
      letters.count < length
        ? [] : (0...letters.count - length).map { letters[$0..<$0 + length] }
    }
    let weight = 1 / Double(max(1, runs.count)).squareRoot()
    for run in runs {
      var text = String.UnicodeScalarView()
      text.append(contentsOf: run)
      add(weight, "l", String(text), to: &sums)
    }
  }

  private func add(_ weight: Double, _ kind: String, _ feature: String, to sums: inout [Double]) {
    let hash = Self.hash(kind + feature)
    let sign: Double = hash & 1 == 0 ? 1 : -1
    sums[Int((hash >> 1) % UInt64(dimension))] += sign * weight
  }

  /// FNV-1a of the UTF-8 bytes, its bits then mixed as MurmurHash's finaliser does.
  static func hash(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
    hash = (hash ^ hash >> 33) &* 0xFF51_AFD7_ED55_8CCD
    hash = (hash ^ hash >> 33) &* 0xC4CE_B9FE_1A85_EC53
    return hash ^ hash >> 33
  }

  /// The text's words in lower case: compatibility-decomposed, without accents and punctuation.
  static func words(_ text: String) -> [String] {
    var words: [String] = []
    var word = String.UnicodeScalarView()
    for scalar in text.decomposedStringWithCompatibilityMapping.unicodeScalars {
      let properties = scalar.properties
      if properties.canonicalCombiningClass != .notReordered { continue }
      if properties.isAlphabetic || properties.numericType != nil {
        word.append(contentsOf: properties.lowercaseMapping.unicodeScalars)
      } else if !word.isEmpty {
        words.append(String(word))
        word = String.UnicodeScalarView()
      }
    }
    if !word.isEmpty { words.append(String(word)) }
    return words
  }
}
