import Glibc
package import Runtime

/// Builds a data set from the emoji pictures of the Debian package `ruby-tanuki-emoji`, and perhaps of others.
///
/// Captions are made of the Unicode names and of keywords. With one style the labels are Unicode's subgroups; with
/// several the labels are the styles, and the pictures of one emoji are a pair.
package struct EmojiImporter: Sendable {
  package static let package = "ruby-tanuki-emoji"
  package static let defaultRoot = "/usr/share/rubygems-integration/all/gems"
  package static let defaultGroups = ["Animals & Nature", "Food & Drink"]

  /// Side of the stored pictures in pixels; the originals have 72.
  package var size = 72
  package var styles = [EmojiStyle.noto]
  /// Unicode's groups, or `all`.
  package var groups = EmojiImporter.defaultGroups
  package var captionsPerPicture = 4
  package var embeddingDimension = 256
  /// The folder that holds the folder `tanuki_emoji-VERSION`.
  package var root = EmojiImporter.defaultRoot
  /// The folder that holds the folder `gemojione-VERSION`, or the unpacked package.
  package var emojiOneRoot = EmojiImporter.defaultRoot
  /// Called after each picture with how many are done, and how many there are.
  package var progress: @Sendable (Int, Int) -> Void = { _, _ in }

  package init() {}

  /// Whether the files of all styles are there.
  package var isInstalled: Bool {
    ([.noto] + styles).allSatisfy { $0.folder(in: root(of: $0)) != nil }
  }

  /// Reads the pictures and writes the data set.
  ///
  /// - Returns: how many pictures it holds.
  /// - Throws: `.missing` with the command to run if a package is not installed.
  package func write(to path: String) throws(RuntimeError) -> Int {
    guard 1...Picture.maximumSide ~= size, captionsPerPicture > 0, embeddingDimension > 0 else {
      throw RuntimeError(
        .invalid, "size, captions and embedding dimension of a data set must be at least 1")
    }
    guard !styles.isEmpty, Set(styles).count == styles.count else {
      throw RuntimeError(.invalid, "expected at least one style, and each of them once")
    }
    // The list of emoji and the keywords come with Noto's pictures, whatever the style.
    let lists = try folder(of: .noto)
    let drawings = try drawings(of: chosen(in: lists))
    let keywords = try MappedFile(path: "\(lists)/vendor/gemojione/index-3.3.0.json")
      .withBytes { bytes throws(RuntimeError) in
        try Emoji.keywords(bytes, of: "'\(lists)/vendor/gemojione/index-3.3.0.json'")
      }
    try DataSet.write(outline(drawings, keywords), to: path) { index throws(RuntimeError) in
      let picture = try Picture.read(path: drawings[index].path)
      progress(index + 1, drawings.count)
      return picture.resized(width: size, height: size)
    }
    return drawings.count
  }

  // MARK: Parts

  /// A picture of an emoji.
  private struct Drawing {
    var emoji: Emoji
    /// Shared by the drawings of the same emoji.
    var number: Int
    var style: EmojiStyle
    var path: String
  }

  private func root(of style: EmojiStyle) -> String { style == .noto ? root : emojiOneRoot }

  private func folder(of style: EmojiStyle) throws(RuntimeError) -> String {
    guard let folder = style.folder(in: root(of: style)) else {
      throw style.missing(in: root(of: style))
    }
    return folder
  }

  /// The emoji of the wanted groups.
  private func chosen(in folder: String) throws(RuntimeError) -> [Emoji] {
    let list = try MappedFile(path: "\(folder)/vendor/unicode/emoji-test.txt")
      .withBytes { Emoji.list(String(decoding: $0, as: UTF8.self)) }
    let known = list.map(\.group).removingDuplicates()
    if groups == ["all"] { return list }
    if let unknown = groups.first(where: { !known.contains($0) }) {
      throw RuntimeError(
        .invalid,
        "unknown emoji group '\(unknown)'; expected 'all' or one of: "
          + known.joined(separator: ", "))
    }
    return list.filter { groups.contains($0.group) }
  }

  /// The pictures that there are, style after style.
  private func drawings(of emoji: [Emoji]) throws(RuntimeError) -> [Drawing] {
    var drawings: [Drawing] = []
    for style in styles {
      let folder = try folder(of: style)
      let before = drawings.count
      for (number, emoji) in emoji.enumerated() {
        let path = style.picturePath(of: emoji, in: folder)
        guard access(path, R_OK) == 0 else { continue }
        drawings.append(Drawing(emoji: emoji, number: number, style: style, path: path))
      }
      guard drawings.count > before else {
        throw RuntimeError(
          .missing, "no pictures of \(groups.joined(separator: ", ")) in '\(folder)'")
      }
    }
    return drawings
  }

  private func outline(
    _ drawings: [Drawing], _ keywords: [String: [String]]
  ) -> DataSetOutline {
    let hasStyles = styles.count > 1
    let kinds = drawings.map { hasStyles ? $0.style.rawValue : $0.emoji.subgroup }
    let classes = kinds.removingDuplicates()
    var outline = DataSetOutline(
      imageSize: (size, size),
      captions: drawings.map {
        captions(of: $0.emoji, keywords[$0.emoji.key(separator: "-")] ?? [])
      },
      embeddingDimension: embeddingDimension,
      labels: kinds.map { kind in Int64(classes.firstIndex(of: kind) ?? 0) }, classes: classes)
    if hasStyles { outline.pairs = drawings.map { Int64($0.number) } }
    return outline
  }

  /// The plain name first, then what adds to it.
  private func captions(of emoji: Emoji, _ keywords: [String]) -> [String] {
    let words = TextEmbedding.words(emoji.name + " " + emoji.kind)
    let news = keywords.filter { keyword in
      TextEmbedding.words(keyword).allSatisfy { !words.contains($0) }
    }
    let captions =
      [emoji.name, "\(emoji.name), \(emoji.kind)", "picture of \(emoji.name)"]
      + news.map { "\(emoji.name), \($0)" }
    return Array(captions.prefix(captionsPerPicture))
  }
}

extension Array where Element: Hashable {
  /// The first of equal elements each, in order.
  func removingDuplicates() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
