#if ONEDNN
  import CKernels
  import COneDNN
  import Dispatch
  import Testing

  @Suite struct SharedPrimitiveTests {
    /// C = A·B of an m×k and a k×n matrix, row-major.
    private static func description(_ m: Int64, _ n: Int64, _ k: Int64) -> pfd_matmul {
      var product = pfd_matmul()
      (product.m, product.n, product.k) = (m, n, k)
      product.a_strides = (0, k, 1)
      product.b_strides = (0, n, 1)
      product.c_strides = (0, n, 1)
      return product
    }

    /// A product of 3×4 and 4×2 numbers whose left factor is `value` everywhere and whose right one is 1.
    private final class Product {
      let operation: OpaquePointer
      private let value: Float
      private let memory = UnsafeMutablePointer<Float>.allocate(capacity: 12 + 8 + 6)
      private let scratch: UnsafeMutableRawPointer

      init(_ value: Float) throws {
        var description = SharedPrimitiveTests.description(3, 2, 4)
        operation = try #require(pfd_create_matmul(&description))
        self.value = value
        memory.initialize(repeating: value, count: 12)
        (memory + 12).initialize(repeating: 1, count: 8)
        (memory + 20).initialize(repeating: .nan, count: 6)
        scratch = .allocate(byteCount: pfd_scratch_bytes(operation) + 64, alignment: 64)
        pfd_bind(operation, memory, memory + 12, nil, memory + 20, scratch)
      }

      deinit {
        pfd_destroy(operation)
        memory.deallocate()
        scratch.deallocate()
      }

      /// Runs and says whether every element is the sum of four products.
      func isRight() -> Bool {
        (memory + 20).update(repeating: .nan, count: 6)
        return pfd_run(operation) == 0 && (20..<26).allSatisfy { memory[$0] == 4 * value }
      }
    }

    @Test func `equal products share a primitive and keep their operands apart`() throws {
      let one = try Product(1), two = try Product(2)
      #expect(pfd_shares_primitive(one.operation, two.operation) != 0)
      for product in [one, two, two, one] { #expect(product.isRight()) }
    }

    @Test func `a primitive outlives the operation that it was made for`() throws {
      var first: Product? = try Product(1)
      #expect(first?.isRight() == true)
      let second = try Product(2)
      first = nil
      #expect(second.isRight())
      let third = try Product(3)
      #expect(third.isRight() && second.isRight())
    }

    @Test func `equal products of several threads do not disturb each other`() throws {
      let products = try (1...4).map { try Product(Float($0)) }
      nonisolated(unsafe) let all = products
      nonisolated(unsafe) let right = UnsafeMutablePointer<Int>.allocate(capacity: all.count)
      defer { right.deallocate() }
      DispatchQueue.concurrentPerform(iterations: all.count) { number in
        right[number] = (0..<200).count { _ in all[number].isRight() }
      }
      #expect((0..<all.count).allSatisfy { right[$0] == 200 })
    }

    @Test func `products that differ in anything share nothing`() throws {
      let plain = Self.description(3, 2, 4)
      var transposed = plain, biased = plain, curved = plain, sloped = plain, narrow = plain
      transposed.b_strides = (0, 1, 4)
      biased.has_bias = 1
      curved.activation = pfd_relu
      sloped.activation = pfd_relu
      sloped.slope = 0.2
      narrow.batch = 1
      let all = [
        plain, transposed, biased, curved, sloped, narrow, Self.description(2, 2, 4),
        Self.description(3, 3, 4), Self.description(3, 2, 5),
      ]
      let operations = try all.map { description in
        var description = description
        return try #require(pfd_create_matmul(&description))
      }
      defer { operations.forEach(pfd_destroy) }
      for (index, one) in operations.enumerated() {
        for other in operations[..<index] { #expect(pfd_shares_primitive(one, other) == 0) }
      }
    }

    @Test func `a primitive is for one number of threads`() throws {
      var description = Self.description(3, 2, 4)
      let operations = try [1, 2 as Int32].map { threads in
        pf_use_threads(threads)
        return try #require(pfd_create_matmul(&description))
      }
      defer { operations.forEach(pfd_destroy) }
      #expect(pfd_shares_primitive(operations[0], operations[1]) == 0)
    }
  }
#endif
