import Testing

/// How many weights the StackGAN networks have, against counts of the authors' PyTorch code.
@Suite struct StackGANCountTests {
  struct Preset: Sendable, CustomTestStringConvertible {
    var file: String
    var overrides: [String] = []
    /// Lines of `planform check`, from their beginnings.
    var lines: [String]
    var testDescription: String { ([file] + overrides).joined(separator: " ") }
  }

  static let presets = [
    Preset(
      file: "stage1",
      lines: [
        "network generator: 10,301,248 parameters",
        "optimizer d (adam) updates features + critic: 5,715,713",
        "  outputs  image f32[64×3×64×64], mu",
      ]),
    Preset(
      file: "stage1", overrides: ["gf_dim=192", "df_dim=96", "batch=128"],
      lines: [
        "network generator: 20,020,832 parameters",
        "optimizer d (adam) updates features + critic: 12,407,425",
      ]),
    Preset(
      file: "stage2",
      lines: [
        "network stage1: 10,301,248 parameters", "network generator: 26,290,080 parameters",
        "optimizer d (adam) updates features + critic + uncond_critic: 71,269,122",
        "optimizer g (adam) updates generator: 26,290,080",
        "  outputs  image f32[64×3×256×256], mu",
      ]),
    Preset(
      file: "stage2", overrides: ["gf_dim=192", "df_dim=96", "r_num=2", "batch=40"],
      lines: [
        "network stage1: 20,020,832 parameters", "network generator: 37,130,480 parameters",
        "optimizer d (adam) updates features + critic + uncond_critic: 159,889,538",
      ]),
    // Of 26,290,080: two residual blocks of 4,720,640 fewer, and an upBlock of 18,496 and 864 to_rgb's weights
    // replaced by 1,728. The discriminator is that of StackGAN-v2 for this size.
    Preset(
      file: "stage2", overrides: ["image_size=128", "r_num=2"],
      lines: [
        "network generator: 16,831,168 parameters",
        "optimizer d (adam) updates features + critic + uncond_critic: 18,834,178",
        "  outputs  image f32[64×3×128×128], mu",
      ]),
  ]

  static let secondVersion = [
    Preset(
      file: "stackgan_v2",
      lines: [
        "network generator: 21,239,696 parameters", "network d_64: 5,723,906 parameters",
        "network d_128: 18,834,178 parameters", "network d_256: 71,269,122 parameters",
      ]),
    // Without the second and third stage and their two picture layers, written out layer by layer.
    Preset(
      file: "stackgan_v2", overrides: ["branches=1"],
      lines: [
        "network generator: \(grouped(textStart + firstStage + 64 * 27)) parameters",
        "all networks: \(grouped(textStart + firstStage + 64 * 27 + 5_723_906)) parameters",
      ]),
    // No captions: the code is the noise, and the heads that look at a caption are gone.
    Preset(
      file: "stackgan_v2", overrides: ["branches=1", "condition=none"],
      lines: [
        "network generator: \(grouped(100 * 32_768 + firstStage + 64 * 27)) parameters",
        "network d_64: \(grouped(5_723_906 - joint)) parameters",
      ]),
  ]

  @Test(arguments: presets + secondVersion)
  func `a preset has as many weights as the original`(_ preset: Preset) throws {
    let file = Repository.path("graphs/stackgan/\(preset.file).yaml")
    let overrides = preset.overrides.flatMap { ["--set", $0] }
    let run = try Invocation(
      arguments: ["check", file, "--no-layers"] + overrides, in: ScratchFolder())
    #expect(run.code == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n")
    for expected in preset.lines {
      #expect(lines.contains { $0.hasPrefix(expected) }, "\(expected)\n\(run.output)")
    }
  }

  // MARK: StackGAN-v2 by hand

  /// From a caption of 1,024 numbers to the code of 128 and, with the noise, to 1024 gated channels of 4x4 places.
  private static let textStart = 1_024 * 512 + 512 + 228 * 32_768
  /// The first batch normalisation, and four upBlocks: channels in, twice the channels out, batch normalisation.
  private static let firstStage =
    2 * 32_768
    + [1_024, 512, 256, 128].reduce(0) { $0 + 9 * $1 * $1 + 2 * $1 }
  /// 640 channels to 512 with batch normalisation, and the conditional logit.
  private static let joint = 9 * 640 * 512 + 2 * 512 + 16 * 512 + 1

  private static func grouped(_ count: Int) -> String {
    var digits = String(count)
    var index = digits.count - 3
    while index > 0 {
      digits.insert(",", at: digits.index(digits.startIndex, offsetBy: index))
      index -= 3
    }
    return digits
  }
}
