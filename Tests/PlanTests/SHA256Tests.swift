import Plan
import Testing

@Suite struct SHA256Tests {
  /// The examples of FIPS 180-4.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `gives the standard's digests`(text: String, digest: String) {
    #expect(SHA256.hexDigest(of: text) == digest)
  }

  @Test func `digests more than one block of bytes`() {
    // 119 and 120 bytes lie on both sides of the length field's border in the second block.
    #expect(
      SHA256.hexDigest(of: repeatElement(UInt8(ascii: "a"), count: 119))
        == "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb")
    #expect(
      SHA256.hexDigest(of: repeatElement(UInt8(ascii: "a"), count: 120))
        == "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c")
  }

  @Test func `does not depend on how the bytes arrive`() {
    var hash = SHA256()
    for part in ["a", "", "bc"] { hash.update(part.utf8) }
    #expect(hash.hexDigest() == SHA256.hexDigest(of: "abc"))
  }
}
