/// A look into a data set: pictures spread evenly over it, each with its first caption.
package struct ContactSheet {
  /// How many pictures are shown, at most.
  package var count = 48
  package var columns: Int? = 8

  package init() {}

  package func drawn(_ dataSet: DataSet) -> Picture {
    let shown = min(max(1, count), dataSet.count)
    let indices = (0..<shown).map { $0 * dataSet.count / shown }
    let captions = indices.map { dataSet.captions(at: $0)[0] }
    return PictureGrid(
      indices.map(dataSet.picture(at:)), captions: captions, columns: columns
    ).drawn()
  }
}
