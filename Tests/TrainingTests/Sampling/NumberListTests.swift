import Foundation
import Runtime
import Testing

@testable import Training

@Suite struct NumberListTests {
  private func parsed(_ text: String) throws -> [Double] {
    try NumberList.parse(text, of: "'alpha'")
  }

  @Test func `lists, ranges and repetitions are written out`() throws {
    #expect(try parsed("0.5") == [0.5])
    #expect(try parsed("0, 0.5,1") == [0, 0.5, 1])
    #expect(try parsed("0:1:5") == [0, 0.25, 0.5, 0.75, 1])
    #expect(try parsed("7:0:8") == [7, 6, 5, 4, 3, 2, 1, 0])
    #expect(try parsed("-1,1*3") == [-1, 1, 1, 1])
  }

  @Test func `both ends of a range are exact`() throws {
    let numbers = try parsed("0.1:0.7:7")
    #expect(numbers.first == 0.1)
    #expect(numbers.last == 0.7)
  }

  /// The curve of StarGAN v2's films: at rest, along a sigmoid, and at rest.
  @Test func `a sigmoid makes thirty-one shares of a film`() throws {
    let shares = try parsed("0,sigmoid(-5:4.5:20),1*10")
    #expect(shares.count == 31)
    #expect(abs(shares[1] - 0.006692850924284856) < 1e-15)
    #expect(abs(shares[11] - 0.5) < 1e-15)
    #expect(abs(shares[20] - 0.9890130573694068) < 1e-15)
    #expect(shares[21] == 1)
  }

  @Test(arguments: ["", "x", "0:1", "0:1:1", "0:1:9999999", "1*0", "nan", "0,,1", "sigmoid(x)"])
  func `what is no list is refused`(_ text: String) {
    let error = #expect(throws: RuntimeError.self) { try parsed(text) }
    #expect(error?.kind == .invalid)
    #expect(error?.description.hasPrefix("'alpha': expected numbers such as '0.5'") == true)
  }
}

@Suite struct SeedListTests {
  @Test func `seeds may be whole numbers of any size`() throws {
    #expect(try SeedList.parse("18446744073709551615").map(\.noise.seed) == [.max])
    #expect(try SeedList.parse("0:3:4").map(\.noise.seed) == [0, 1, 2, 3])
    #expect(throws: RuntimeError.self) { try SeedList.parse("0:1:3") }
    #expect(throws: RuntimeError.self) { try SeedList.parse("-1") }
  }

  @Test func `a blend begins at one seed and ends at the other`() throws {
    let noises = try SeedList.parse("3~9:5").map(\.noise)
    #expect(noises.map(\.seed) == [3, 3, 3, 3, 3])
    #expect(noises.compactMap(\.blend?.share) == [0, 0.25, 0.5, 0.75, 1])
    #expect(noises.allSatisfy { $0.blend?.seed == 9 })
    #expect(throws: RuntimeError.self) { try SeedList.parse("3~9") }
    #expect(throws: RuntimeError.self) { try SeedList.parse("3~x:4") }
  }
}
