import Foundation
import Runtime
import Testing
import Training

@Suite struct StyleVerificationTests {
  /// Colours around twelve centres.
  private let colours: [[Double]] = {
    var noise = Noise(state: 9)
    return (0..<240).map { picture in
      let centre = Double(picture % 12)
      return [
        120 + 100 * cos(centre) + noise.normal(), 120 + 100 * sin(centre) + noise.normal(),
        20 * centre + noise.normal(),
      ]
    }
  }()

  @Test func `styles that follow the colour are verified`() throws {
    var noise = Noise(state: 1)
    let styles = FeatureTable(
      dimension: 12,
      (0..<240).flatMap { picture in
        (0..<12).map { Float($0 == picture % 12 ? 3 : 0) + Float(0.3 * noise.normal()) }
      })
    let verification = try StyleVerification(styles: styles, colours: colours, clusters: 12)
    #expect(verification.areas.count == 5)
    #expect(verification.mean > 0.95)
  }

  @Test func `styles at random are not`() throws {
    let verification = try StyleVerification(
      styles: .noise(240, 12, seed: 5), colours: colours, clusters: 12)
    #expect(abs(verification.mean - 0.5) < 0.05)
  }

  @Test func `groups that make no pairs are refused`() {
    let error = #expect(throws: RuntimeError.self) {
      try StyleVerification(
        styles: .noise(240, 12, seed: 5), colours: colours.map { _ in [0, 0, 0] }, clusters: 12)
    }
    #expect(error?.description.contains("make no pairs of both kinds in 12 groups") == true)
  }

  @Test func `the area under the curve counts pairs in order, ties half`() {
    let cases = [(0.1, false), (0.4, true), (0.4, false), (0.8, true), (0.7, false)]
    // Of six pairs 0.4 is above 0.1, ties with 0.4, is below 0.7; 0.8 is above all.
    #expect(RankingCurve.area(cases.map { (score: $0.0, isPositive: $0.1) }) == 4.5 / 6)
    #expect(RankingCurve.area([(score: 1, isPositive: true)]) == nil)
  }

  @Test func `k-means finds groups and depends on nothing but its seed`() {
    let grouping = KMeans(colours, into: 12, seed: 3)
    #expect(grouping == KMeans(colours, into: 12, seed: 3))
    #expect(Set(grouping.groups).count <= 12)
    for picture in 0..<240 {
      #expect(grouping.groups[picture] == grouping.groups[picture % 12])
    }
    #expect(grouping != KMeans(colours, into: 12, seed: 4))
  }

  @Test func `points that coincide need no further groups`() {
    let grouping = KMeans([[1], [1], [5], [5]], into: 4, seed: 0)
    #expect(Set(grouping.groups).count == 2)
    #expect(Set(grouping.means.map { $0[0] }) == [1, 5])
  }

  @Test func `the colour of the frame is not that of the whole`() {
    var picture = Picture(width: 16, height: 16, colour: (10, 20, 30))
    picture.draw(Picture(width: 8, height: 8, colour: (250, 20, 30)), x: 4, y: 4)
    #expect(picture.colour(of: .background) == [10, 20, 30])
    #expect(picture.colour(of: .mean) == [70, 20, 30])
  }
}
