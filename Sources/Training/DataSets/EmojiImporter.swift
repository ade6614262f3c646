import Glibc
package import Runtime

/// Builds a data set from the emoji pictures of the Debian package `ruby-tanuki-emoji`.
///
/// Captions are made of the Unicode names and of keywords; labels are Unicode's subgroups.
package struct EmojiImporter: Sendable {
  package static let package = "ruby-tanuki-emoji"
  package static let defaultRoot = "/usr/share/rubygems-integration/all/gems"
  package static let defaultGroups = ["Animals & Nature", "Food & Drink"]

  /// Side of the stored pictures in pixels; the originals have 72.
  package var size = 72
  package var groups = EmojiImporter.defaultGroups
  package var captionsPerPicture = 4
  package var embeddingDimension = 256
  /// The folder that holds the folder `tanuki_emoji-VERSION`.
  package var root = EmojiImporter.defaultRoot
  /// Called after each picture with how many are done, and how many there are.
  package var progress: @Sendable (Int, Int) -> Void = { _, _ in }

  package init() {}

  /// Whether the package's files are there.
  package var isInstalled: Bool { folder != nil }

  /// Reads the pictures and writes the data set.
  ///
  /// - Returns: how many pictures it holds.
  /// - Throws: `.missing` with the command to run if the package is not installed.
  package func write(to path: String) throws(RuntimeError) -> Int {
    guard 1...Picture.maximumSide ~= size, captionsPerPicture > 0, embeddingDimension > 0 else {
      throw RuntimeError(
        .invalid, "size, captions and embedding dimension of a data set must be at least 1")
    }
    guard let folder else {
      throw RuntimeError(
        .missing,
        "no folder 'tanuki_emoji-*' in '\(root)'; install the pictures with "
          + "'apt-get install \(Self.package)'")
    }
    let emoji = try chosen(in: folder)
    let keywords = try MappedFile(path: "\(folder)/vendor/gemojione/index-3.3.0.json")
      .withBytes { bytes throws(RuntimeError) in
        try Emoji.keywords(bytes, of: "'\(folder)/vendor/gemojione/index-3.3.0.json'")
      }
    let classes = emoji.map(\.subgroup).removingDuplicates()
    let outline = DataSetOutline(
      imageSize: (size, size),
      captions: emoji.map { captions(of: $0, keywords[$0.key(separator: "-")] ?? []) },
      embeddingDimension: embeddingDimension,
      labels: emoji.map { entry in Int64(classes.firstIndex(of: entry.subgroup) ?? 0) },
      classes: classes)
    try DataSet.write(outline, to: path) { index throws(RuntimeError) in
      let picture = try Picture.read(path: picturePath(of: emoji[index], in: folder))
      progress(index + 1, emoji.count)
      return picture.resized(width: size, height: size)
    }
    return emoji.count
  }

  // MARK: Parts

  private var folder: String? {
    guard let names = try? Folder.names(in: root) else { return nil }
    return names.filter { $0.hasPrefix("tanuki_emoji-") }.max().map { "\(root)/\($0)" }
  }

  /// The emoji of the wanted groups that have a picture.
  private func chosen(in folder: String) throws(RuntimeError) -> [Emoji] {
    let list = try MappedFile(path: "\(folder)/vendor/unicode/emoji-test.txt")
      .withBytes { Emoji.list(String(decoding: $0, as: UTF8.self)) }
    let known = list.map(\.group).removingDuplicates()
    if let unknown = groups.first(where: { !known.contains($0) }) {
      throw RuntimeError(
        .invalid,
        "unknown emoji group '\(unknown)'; expected one of: \(known.joined(separator: ", "))")
    }
    let emoji = list.filter {
      groups.contains($0.group) && access(picturePath(of: $0, in: folder), R_OK) == 0
    }
    guard !emoji.isEmpty else {
      throw RuntimeError(
        .missing, "no pictures of \(groups.joined(separator: ", ")) in '\(folder)'")
    }
    return emoji
  }

  private func picturePath(of emoji: Emoji, in folder: String) -> String {
    "\(folder)/app/assets/images/tanuki_emoji/emoji_u\(emoji.key(separator: "_")).png"
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
