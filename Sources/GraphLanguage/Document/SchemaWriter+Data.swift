import Plan

/// The sections `draws:` and `data:`.
extension SchemaWriter {
  var draw: JSONSchema {
    .mapping([
      ("balanced", .type("boolean")), ("with", .reference("name")),
      ("class", .words(Draw.Relation.allCases.map(\.rawValue))),
      ("when", .reference("condition")),
    ])
  }

  var data: JSONSchema {
    let (integer, number) = (JSONSchema.reference("integer"), JSONSchema.reference("number"))
    let range = JSONSchema.list(of: number)
    return .mapping(
      [
        ("from", .words(["images", "embeddings", "labels"])), ("of", .reference("name")),
        (
          "random_resized_crop",
          .mapping(
            [("scale", range), ("ratio", range), ("probability", number)], required: ["scale"])
        ),
        ("resize", integer), ("random_crop", integer), ("flip", .words(["horizontal", "none"])),
        ("range", range), ("captions", integer), ("slice", integer), ("classes", integer),
        ("when", .reference("condition")),
      ],
      required: ["from"])
  }
}
