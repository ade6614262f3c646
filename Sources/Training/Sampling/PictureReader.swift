import Plan
import Runtime

/// Reads picture files for picture inputs, treated as the plan's data section treats those of a data set.
struct PictureReader {
  let plan: Plan
  /// Measures of the data set's pictures, if there is one.
  let stored: (width: Int, height: Int)?

  /// A file itself, or all pictures below a folder in the order of their paths.
  func paths(_ path: String, for input: SampleInput) throws(RuntimeError) -> [String] {
    guard Folder.exists(path) else { return [path] }
    let pictures = try Folder.pictures(below: path)
    guard !pictures.isEmpty else {
      throw RuntimeError(
        .missing, "'\(input.name)': no PNG or JPEG pictures below '\(path)'")
    }
    return pictures.map { "\(path)/\($0)" }
  }

  func value(_ path: String, for input: SampleInput) throws(RuntimeError) -> CellValue {
    guard case .picture(let channels, let height, let width) = input.kind else {
      throw RuntimeError(.invalid, "'\(input.name)' is no picture")
    }
    let range = try range(for: input, side: width)
    let picture = fitted(try Picture.read(path: path), for: input, width: width, height: height)
    let area = width * height
    let planes = (0..<channels * area).map { position in
      let (plane, pixel) = (position / area, position % area)
      let byte = channels == 3 ? picture.rgb[pixel * 3 + plane] : picture.grey(at: pixel)
      return Float(range.low + (range.high - range.low) * Double(byte) / 255)
    }
    return CellValue(
      HostTensor(shape: input.sampleShape, planes), caption: "", picture: picture)
  }

  /// How the data section makes pictures for this input, or for another one of its size.
  private func transform(for input: SampleInput, side: Int) -> ImageTransform? {
    let transforms = plan.data.compactMap { source -> (name: String, transform: ImageTransform)? in
      guard case .images(let transform) = source.content else { return nil }
      return (source.input, transform)
    }
    let own = transforms.first { $0.name == input.name }
    return (own ?? transforms.first { ($0.transform.randomCrop ?? $0.transform.resize) == side })?
      .transform
  }

  private func range(
    for input: SampleInput, side: Int
  ) throws(RuntimeError) -> PictureRange {
    try PictureRange(of: input.name, side: side, in: plan)
  }

  /// The middle of the picture: the largest square, resized, and cropped as much as the data section does.
  private func fitted(
    _ picture: Picture, for input: SampleInput, width: Int, height: Int
  ) -> Picture {
    guard width == height else { return picture.resized(width: width, height: height) }
    let transform = transform(for: input, side: width)
    let side = max(transform?.resize ?? stored?.width ?? width, width)
    let corner = (side - width + 1) / 2
    let isCropped = transform?.randomCrop != nil
    return picture.croppedToSquare()
      .resized(width: isCropped ? side : width, height: isCropped ? side : height)
      .cropped(
        x: isCropped ? corner : 0, y: isCropped ? corner : 0, width: width, height: height)
  }
}

extension Picture {
  /// How bright a pixel is, with the weights of ITU-R BT.601.
  fileprivate func grey(at pixel: Int) -> UInt8 {
    let start = pixel * 3
    let sum = 299 * Int(rgb[start]) + 587 * Int(rgb[start + 1]) + 114 * Int(rgb[start + 2])
    return UInt8((sum + 500) / 1000)
  }
}
