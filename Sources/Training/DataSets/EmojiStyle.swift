import Runtime

/// A set of drawings of the emoji, one PNG file each.
package enum EmojiStyle: String, Sendable, CaseIterable {
  /// Google's, 72 pixels wide, of the Debian package `ruby-tanuki-emoji`.
  case noto
  /// EmojiOne 3, 64 pixels wide, of the Debian package `ruby-gemojione`.
  case emojione

  /// How the package's folder is called, but for its version.
  private var folderPrefix: String {
    switch self {
    case .noto: "tanuki_emoji-"
    case .emojione: "gemojione-"
    }
  }

  /// The newest of the package's folders in `root`, or in what `dpkg-deb -x` made of `root`; nil if there is none.
  func folder(in root: String) -> String? {
    for candidate in [root, root + EmojiImporter.defaultRoot] {
      guard let names = try? Folder.names(in: candidate) else { continue }
      if let name = names.filter({ $0.hasPrefix(folderPrefix) }).max() {
        return "\(candidate)/\(name)"
      }
    }
    return nil
  }

  func missing(in root: String) -> RuntimeError {
    let advice =
      switch self {
      case .noto: "install the pictures with 'apt-get install \(EmojiImporter.package)'"
      case .emojione:
        "bring the pictures with 'apt-get download ruby-gemojione' and "
          + "'dpkg-deb -x ruby-gemojione_*.deb gemojione', then add '--emojione gemojione'"
      }
    return RuntimeError(.missing, "no folder '\(folderPrefix)*' in '\(root)'; \(advice)")
  }

  func picturePath(of emoji: Emoji, in folder: String) -> String {
    switch self {
    case .noto:
      return "\(folder)/app/assets/images/tanuki_emoji/emoji_u\(emoji.key(separator: "_")).png"
    case .emojione:
      // EmojiOne leaves zero-width joiners out of its names.
      var joined = emoji
      joined.codePoints.removeAll { $0 == 0x200D }
      return "\(folder)/assets/png/\(joined.key(separator: "-").uppercased()).png"
    }
  }
}
