import Runtime
import Testing
import Training

@Suite struct FeatureDistanceTests {
  @Test func `pictures are at no Fréchet distance from themselves`() throws {
    // Fewer pictures than features too, where covariances have no full rank.
    for table in [FeatureTable.noise(60, 24, seed: 3), .noise(10, 24, seed: 4)] {
      #expect(abs(try FrechetDistance.between(table, table)) < 1e-4)
    }
  }

  @Test func `distributions along the axes are as far apart as the formula says`() throws {
    let first = FrechetDistance.Gaussian(
      mean: [1, -2, 0], covariance: Matrix([[4, 0, 0], [0, 9, 0], [0, 0, 0]]))
    let second = FrechetDistance.Gaussian(
      mean: [0, 0, 3], covariance: Matrix([[1, 0, 0], [0, 25, 0], [0, 0, 16]]))
    // 1 + 4 + 9, and (2 - 1)² + (3 - 5)² + (0 - 4)².
    #expect(abs(try FrechetDistance.between(first, second) - 35) < 1e-10)
    #expect(abs(try FrechetDistance.between(second, first) - 35) < 1e-10)
  }

  @Test func `covariances that do not commute give NumPy's number`() throws {
    let first = FrechetDistance.Gaussian(
      mean: [0, 1, -1], covariance: Matrix([[2, 0.5, 0.1], [0.5, 1, 0.3], [0.1, 0.3, 0.5]]))
    let second = FrechetDistance.Gaussian(
      mean: [0.5, 0.5, 0], covariance: Matrix([[1, -0.4, 0.2], [-0.4, 1.5, 0], [0.2, 0, 0.8]]))
    // By the eigenvalues of the product of the covariances, which is not symmetric.
    #expect(abs(try FrechetDistance.between(first, second) - 2.1512922782730177) < 1e-12)
    #expect(abs(try FrechetDistance.between(second, first) - 2.1512922782730177) < 1e-12)
  }

  @Test func `the distance of tables is NumPy's`() throws {
    let distance = try FrechetDistance.between(FeatureTable.first, .second)
    #expect(abs(distance - 1.1221402179935258) < 1e-6)
  }

  @Test func `statistics of one picture or of no numbers are refused`() {
    let single = FeatureTable(dimension: 2, [1, 2])
    let error = #expect(throws: RuntimeError.self) {
      try FrechetDistance.between(single, single)
    }
    #expect(error?.description.contains("needs at least 2 pictures on each side, found 1") == true)
    let broken = FeatureTable(dimension: 2, [1, .nan, 2, 3])
    #expect(throws: RuntimeError.self) { try FrechetDistance.between(broken, broken) }
  }

  @Test func `the kernel distance of whole tables is NumPy's`() throws {
    let first = FeatureTable.first.prefix(30)
    let distance = try KernelDistance(between: first, .second, subsets: 2)
    #expect(distance.subsetSize == 30)
    for subset in distance.subsets { #expect(abs(subset - 0.11768269137717091) < 1e-6) }
    #expect(distance.deviation < 1e-12)
  }

  @Test func `the kernel distance of equal distributions is 0 on average, of others above`() throws
  {
    let (first, second) = (FeatureTable.noise(400, 8, seed: 1), FeatureTable.noise(400, 8, seed: 2))
    let alike = try KernelDistance(between: first, second, subsets: 40, subsetSize: 100)
    // The biased estimate would be about 0.1 here.
    #expect(abs(alike.mean) < 0.02)
    #expect(alike.subsets.contains { $0 < 0 })
    let shifted = FeatureTable(dimension: 8, second.values.map { $0 + 1 })
    let apart = try KernelDistance(between: first, shifted, subsets: 40, subsetSize: 100)
    #expect(apart.mean > 1)
  }
}
