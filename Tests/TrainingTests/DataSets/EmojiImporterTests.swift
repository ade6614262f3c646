import Runtime
import Testing

@testable import Training

@Suite struct EmojiImporterTests {
  @Test func `Unicode's list is read`() {
    let list = Emoji.list(
      """
      # group: Food & Drink
      # subgroup: food-fruit
      1F34E                 ; fully-qualified     # 🍎 E0.6 red apple
      1F336 FE0F            ; fully-qualified     # 🌶️ E0.7 hot pepper
      1F336                 ; unqualified         # 🌶 E0.7 hot pepper
      # subgroup: plant-other
      1F415 200D 1F9BA      ; fully-qualified     # 🐕‍🦺 E12.0 service dog
      """)
    #expect(list.map(\.name) == ["red apple", "hot pepper", "service dog"])
    #expect(list.map { $0.key(separator: "_") } == ["1f34e", "1f336", "1f415_200d_1f9ba"])
    #expect(list.map(\.kind) == ["fruit", "fruit", "plant"])
  }

  @Test func `a missing package is named with the command that installs it`() {
    var importer = EmojiImporter()
    importer.root = "/nowhere"
    let error = #expect(throws: RuntimeError.self) { try importer.write(to: "/nowhere/x") }
    #expect(error?.kind == .missing)
    #expect(
      error?.description == "no folder 'tanuki_emoji-*' in '/nowhere'; install the pictures with "
        + "'apt-get install ruby-tanuki-emoji'")
  }

  @Test func `missing EmojiOne pictures are named with the commands that bring them`() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "tanuki_emoji-1/vendor/unicode/emoji-test.txt")
    var importer = EmojiImporter()
    importer.root = folder.path
    importer.groups = ["all"]
    importer.styles = [.emojione]
    importer.emojiOneRoot = "/nowhere"
    let error = #expect(throws: RuntimeError.self) { try importer.write(to: "/nowhere/x") }
    #expect(
      error?.description == "no folder 'gemojione-*' in '/nowhere'; bring the pictures with "
        + "'apt-get download ruby-gemojione' and 'dpkg-deb -x ruby-gemojione_*.deb gemojione', then "
        + "add '--emojione gemojione'")
  }

  #if PICTURES
    @Test func `styles are classes, and drawings of one emoji are a pair`() throws {
      let folder = try TemporaryFolder()
      try folder.write(
        """
        # group: G
        # subgroup: s
        1F34E ; fully-qualified # x E0.6 red apple
        1F34F ; fully-qualified # x E0.6 green apple
        1F469 200D 2764 FE0F 200D 1F468 ; fully-qualified # x E2.0 couple
        """, to: "noto/tanuki_emoji-1/vendor/unicode/emoji-test.txt")
      try folder.write("{}", to: "noto/tanuki_emoji-1/vendor/gemojione/index-3.3.0.json")
      let picture = { (red: UInt8) throws in
        try Picture(width: 2, height: 2, colour: (red, 0, 0)).pngBytes()
      }
      let noto = "noto/tanuki_emoji-1/app/assets/images/tanuki_emoji"
      try folder.write(picture(1), to: "\(noto)/emoji_u1f34e.png")
      try folder.write(picture(2), to: "\(noto)/emoji_u1f34f.png")
      try folder.write(picture(3), to: "\(noto)/emoji_u1f469_200d_2764_200d_1f468.png")
      // As dpkg-deb unpacks it.
      let unpacked = "deb/\(EmojiImporter.defaultRoot)/gemojione-3/assets/png"
      try folder.write(picture(4), to: "\(unpacked)/1F34F.png")
      try folder.write(picture(5), to: "\(unpacked)/1F469-2764-1F468.png")
      var importer = EmojiImporter()
      importer.root = folder.file("noto")
      importer.emojiOneRoot = folder.file("deb")
      importer.styles = [.noto, .emojione]
      importer.groups = ["G"]
      importer.size = 2
      let path = folder.file("out.safetensors")
      #expect(try importer.write(to: path) == 5)
      let dataSet = try DataSet.open(path: path)
      #expect(dataSet.classes == ["noto", "emojione"] && dataSet.labels == [0, 0, 0, 1, 1])
      #expect(dataSet.pairs == [0, 1, 2, 1, 2])
      #expect((0..<5).map { dataSet.picture(at: $0)[0, 0].red } == [1, 2, 3, 4, 5])
      #expect(dataSet.captions(at: 4)[0] == "couple")
    }

    @Test(.enabled(if: EmojiImporter().isInstalled))
    func `the installed pictures become a data set`() throws {
      let folder = try TemporaryFolder()
      let path = folder.file("emoji.safetensors")
      var importer = EmojiImporter()
      importer.size = 40
      #expect(try importer.write(to: path) == 196)
      let dataSet = try DataSet.open(path: path)
      #expect(dataSet.count == 196 && dataSet.imageSize == (40, 40))
      #expect(dataSet.captionsPerPicture == 4 && dataSet.embeddingDimension == 256)
      let apple = try #require(
        (0..<dataSet.count).first { dataSet.captions(at: $0)[0] == "red apple" })
      #expect(dataSet.captions(at: apple)[1] == "red apple, fruit")
      #expect(dataSet.classes[Int(dataSet.labels?[apple] ?? 0)] == "food-fruit")
      // The middle is red, the corner white.
      let picture = dataSet.picture(at: apple)
      #expect(picture[20, 24].red > 180 && picture[20, 24].green < 100)
      #expect(picture[0, 0] == (255, 255, 255))
      #expect(
        dataSet.embedding(at: apple, caption: 0) == TextEmbedding(dimension: 256).embed("red apple")
      )
    }
  #endif
}
