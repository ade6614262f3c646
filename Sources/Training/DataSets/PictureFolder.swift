import Glibc
import Runtime

/// Which pictures a folder holds, and which part of each is to be taken.
struct PictureFolder {
  /// The folder that the pictures' paths begin in.
  let root: String
  /// The pictures' paths, sorted by their bytes.
  let pictures: [String]
  /// Where the thing in each picture is; empty if that is unknown.
  private let subjects: [String: PictureBox]

  /// Every PNG or JPEG file below the folder.
  init(plain folder: String) throws(RuntimeError) {
    let files = try Folder.files(below: folder)
    root = folder
    pictures = files.filter(Self.isPicture)
    subjects = [:]
    guard pictures.isEmpty else { return }
    if let pickle = files.first(where: Pickle.hasName) {
      throw Pickle.refusal(of: "\(folder)/\(pickle)")
    }
    throw RuntimeError(.missing, "no PNG or JPEG pictures below '\(folder)'")
  }

  /// The layout of CUB-200-2011: `images/`, and for each picture a line in `images.txt` (number, path) and in
  /// `bounding_boxes.txt` (number, left, top, width, height).
  init(cub folder: String) throws(RuntimeError) {
    let paths = try Self.rows("\(folder)/images.txt", fields: 2)
    let boxes = try Self.rows("\(folder)/bounding_boxes.txt", fields: 5)
    var subjects: [String: PictureBox] = [:]
    for (number, fields) in paths {
      let path = fields[0]
      // The file's words become paths, which must not lead elsewhere.
      guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
        throw RuntimeError(.invalid, "'\(folder)/images.txt': '\(path)' lies outside the folder")
      }
      guard let box = boxes[number].flatMap(Self.box) else {
        throw RuntimeError(
          .invalid,
          "'\(folder)/bounding_boxes.txt': expected left, top, width and height of picture "
            + "\(number), '\(path)'")
      }
      subjects[path] = box
    }
    guard !subjects.isEmpty else {
      throw RuntimeError(.missing, "'\(folder)/images.txt' names no pictures")
    }
    root = "\(folder)/images"
    pictures = subjects.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    self.subjects = subjects
  }

  /// A picture, cut down to what it shows if that is known.
  func picture(_ path: String) throws(RuntimeError) -> Picture {
    let picture = try Picture.read(path: "\(root)/\(path)")
    guard let subject = subjects[path] else { return picture }
    guard let part = subject.surroundings(in: (picture.width, picture.height)) else {
      throw RuntimeError(.invalid, "'\(path)': the bounding box lies outside the picture")
    }
    return picture.cropped(x: part.x, y: part.y, width: part.width, height: part.height)
  }

  // MARK: Tables

  static func isPicture(_ path: String) -> Bool {
    let name = path.lowercased()
    return [".png", ".jpg", ".jpeg"].contains { name.hasSuffix($0) }
  }

  /// Lines of words, the first of which is a number that names the line.
  private static func rows(
    _ path: String, fields: Int
  ) throws(RuntimeError) -> [String: [String]] {
    let text = try MappedFile(path: path).withBytes { String(decoding: $0, as: UTF8.self) }
    var rows: [String: [String]] = [:]
    for (index, line) in text.split(whereSeparator: \.isNewline).enumerated() {
      let words = line.split(separator: " ").map(String.init)
      guard words.count == fields else {
        throw RuntimeError(
          .invalid, "'\(path)' line \(index + 1): expected \(fields) words, found \(words.count)")
      }
      rows[words[0]] = Array(words.dropFirst())
    }
    return rows
  }

  private static func box(_ words: [String]) -> PictureBox? {
    let numbers = words.compactMap(Double.init).filter { abs($0) < 1e6 }.map { Int($0) }
    guard numbers.count == 4, numbers[2] > 0, numbers[3] > 0 else { return nil }
    return PictureBox(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
  }
}

extension PictureBox {
  /// The square around the box's centre with three quarters of its longer side to each edge, clipped to the picture;
  /// nil if nothing remains.
  func surroundings(in size: (width: Int, height: Int)) -> PictureBox? {
    let reach = max(width, height) * 3 / 4
    let centre = (x: (2 * x + width) / 2, y: (2 * y + height) / 2)
    let (left, right) = (max(0, centre.x - reach), min(size.width, centre.x + reach))
    let (top, bottom) = (max(0, centre.y - reach), min(size.height, centre.y + reach))
    guard left < right, top < bottom else { return nil }
    return PictureBox(x: left, y: top, width: right - left, height: bottom - top)
  }
}
