/// What changes along one direction of a sheet, or along a list: at each place, some inputs' values, perhaps the noise,
/// and perhaps which picture of the data set fills the inputs of a draw.
struct SheetAxis {
  struct Place {
    var values: [(input: String, value: CellValue)] = []
    var noise: (noise: Noise, caption: String)?
    /// Positions in the data set by draw.
    var indices: [String: Int] = [:]
  }

  var places: [Place]
  /// Names of the inputs with values, and `seed`.
  var names: Set<String> = []

  /// Makes pictures of the data set fill a draw's inputs; places with one for each picture, or a single place.
  mutating func take(_ indices: [Int], for draw: String) {
    if places.isEmpty { places = [Place()] }
    let isRepeated = places.count == 1
    places = (isRepeated ? indices.indices : places.indices).map { position in
      var place = places[isRepeated ? 0 : position]
      place.indices[draw] = indices[position % indices.count]
      return place
    }
  }
}
