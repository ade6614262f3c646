import Compiler
import Testing

@Suite struct BufferPackingTests {
  @Test(arguments: 0..<12)
  func `random buffers are packed close to the lower bound, and never overlap`(seed: Int) {
    var numbers = Numbers(seed: UInt64(seed))
    let buffers = (0..<120).map { _ in
      let start = numbers.below(100)
      return Buffer(
        size: 64 * (1 + numbers.below(numbers.below(4) == 0 ? 4096 : 64)), start: start,
        end: start + numbers.below(20))
    }
    let packing = BufferPacking(buffers)
    expectValid(packing, buffers)
    #expect(packing.lowerBound == mostLive(buffers))
    #expect(Double(packing.arena) <= 1.1 * Double(packing.lowerBound))
  }

  @Test func `buffers that never meet share one place`() {
    let buffers = (0..<10).map { Buffer(size: 640, start: $0, end: $0) }
    let packing = BufferPacking(buffers)
    #expect(packing.arena == 640 && packing.lowerBound == 640)
  }

  @Test func `no buffers need no arena`() {
    let packing = BufferPacking([])
    #expect(packing.arena == 0 && packing.lowerBound == 0)
  }

  @Test func `a hole that an early placement leaves is used`() {
    let buffers = [
      Buffer(size: 512, start: 0, end: 3), Buffer(size: 256, start: 0, end: 1),
      Buffer(size: 256, start: 2, end: 5), Buffer(size: 512, start: 4, end: 5),
    ]
    let packing = BufferPacking(buffers)
    expectValid(packing, buffers)
    #expect(packing.arena == 768)
  }

  private func mostLive(_ buffers: [Buffer]) -> Int {
    (0..<200).map { time in
      buffers.filter { $0.start <= time && time <= $0.end }.reduce(0) { $0 + $1.size }
    }.max() ?? 0
  }

  private func expectValid(_ packing: BufferPacking, _ buffers: [Buffer]) {
    for left in buffers.indices {
      let bytes = packing.offsets[left]..<packing.offsets[left] + buffers[left].size
      #expect(bytes.lowerBound >= 0 && bytes.upperBound <= packing.arena)
      for right in 0..<left
      where buffers[left].start <= buffers[right].end && buffers[right].start <= buffers[left].end {
        let other = packing.offsets[right]..<packing.offsets[right] + buffers[right].size
        #expect(!bytes.overlaps(other))
      }
    }
  }
}
