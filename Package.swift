// swift-tools-version: 6.1
import PackageDescription

/// What every Swift target of the project is compiled with.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .define("ONEDNN", .when(traits: ["OneDNN"])),
  .define("PICTURES", .when(traits: ["Pictures"])),
  .define("HDF5", .when(traits: ["HDF5"])),
]

let package = Package(
  name: "planform",
  products: [.executable(name: "planform", targets: ["planform"])],
  traits: [
    .trait(
      name: "OneDNN",
      description: "Convolutions and products by oneDNN instead of the reference kernels."),
    .trait(
      name: "Pictures",
      description: "Reads and writes PNG, reads JPEG and what gzip or zip compressed."),
    .trait(name: "HDF5", description: "Reads caption embeddings from HDF5 files through libhdf5."),
    .default(enabledTraits: ["OneDNN", "Pictures", "HDF5"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // Libraries of the system, and the C and C++ that Swift cannot do without.
    .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CPNG", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CJPEG", providers: [.apt(["libjpeg-dev"])]),
    // Comes with libpng, which needs it.
    .systemLibrary(name: "CZLIB", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CHDF5", providers: [.apt(["libhdf5-dev"])]),
    .target(
      name: "COneDNN",
      cxxSettings: [.define("PLANFORM_ONEDNN", .when(traits: ["OneDNN"]))],
      linkerSettings: [.linkedLibrary("dnnl", .when(traits: ["OneDNN"]))]),
    .target(
      name: "CKernels",
      // Debug builds keep fast kernels: tests train.
      cSettings: [.unsafeFlags(["-O3"])],
      linkerSettings: [.linkedLibrary("gomp"), .linkedLibrary("m")]),

    // The compiler: text in, plan out.
    .target(name: "Plan", swiftSettings: settings),
    .target(name: "GraphIR", dependencies: ["Plan"], swiftSettings: settings),
    .target(
      name: "GraphLanguage", dependencies: ["GraphIR", "Plan", "CYAML"], swiftSettings: settings),
    .target(name: "Operators", dependencies: ["GraphIR", "Plan"], swiftSettings: settings),
    .target(
      name: "Compiler", dependencies: ["GraphIR", "Operators", "Plan"], swiftSettings: settings),

    // The runtime: plan in, trained weights out.
    .target(
      name: "Runtime", dependencies: ["Plan", "CKernels", "COneDNN"], swiftSettings: settings),
    .target(
      name: "Training",
      dependencies: [
        "Plan", "Runtime",
        .target(name: "CPNG", condition: .when(traits: ["Pictures"])),
        .target(name: "CJPEG", condition: .when(traits: ["Pictures"])),
        .target(name: "CZLIB", condition: .when(traits: ["Pictures"])),
        .target(name: "CHDF5", condition: .when(traits: ["HDF5"])),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "planform",
      dependencies: [
        "Compiler", "GraphIR", "GraphLanguage", "Operators", "Plan", "Runtime", "Training",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    // One side of the benchmark in Benchmarks/; the other side is PyTorch.
    .executableTarget(
      name: "planform-benchmark",
      dependencies: ["Plan", "Runtime"], path: "Benchmarks/Peer",
      swiftSettings: settings),

    // Tests mirror the sources. Those of the compiler also run what it compiles.
    .target(name: "FuzzSupport", path: "Tests/FuzzSupport", swiftSettings: settings),
    .target(
      name: "PlanFixtures", dependencies: ["Plan"], path: "Tests/PlanFixtures",
      swiftSettings: settings),
    .testTarget(
      name: "PlanTests", dependencies: ["Plan", "PlanFixtures", "FuzzSupport"],
      swiftSettings: settings),
    .testTarget(name: "GraphIRTests", dependencies: ["GraphIR", "Plan"], swiftSettings: settings),
    .testTarget(
      name: "GraphLanguageTests",
      dependencies: ["Compiler", "FuzzSupport", "GraphIR", "GraphLanguage", "Operators", "Plan"],
      swiftSettings: settings),
    .testTarget(
      name: "OperatorsTests",
      dependencies: ["Compiler", "GraphIR", "Operators", "Plan", "Runtime"],
      swiftSettings: settings),
    .testTarget(
      name: "CompilerTests", dependencies: ["Compiler", "GraphIR", "Operators", "Plan", "Runtime"],
      exclude: ["Golden"], swiftSettings: settings),
    .testTarget(
      name: "RuntimeTests",
      dependencies: ["Runtime", "Plan", "PlanFixtures", "FuzzSupport", "CKernels", "COneDNN"],
      swiftSettings: settings),
    .testTarget(
      name: "TrainingTests", dependencies: ["Training", "Runtime", "Plan", "FuzzSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "PlanformTests",
      dependencies: [
        "planform", "Compiler", "FuzzSupport", "GraphIR", "Plan", "Runtime", "Training",
      ],
      swiftSettings: settings),
  ],
  cxxLanguageStandard: .cxx17
)
