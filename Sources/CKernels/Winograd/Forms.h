// The transforms of every form, along one axis; the same serve both axes.
//
// `Input` takes a tile of x, `Weight` the taps, `Output` the products to a tile of y: y = Output·((Weight·w) ∘ (Input·x)).
// With p phases the products of one place are added up over the phases: row t·p + phase of `Input` and `Weight`, column t
// of `Output`.

struct ThreeInTwos {
  static constexpr int phases = 1, tileStep = 2, resultStep = 2;
  struct Input {
    static constexpr int rows = 4, columns = 4;
    static constexpr float at[4][4] = {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}};
  };
  struct Weight {
    static constexpr int rows = 4, columns = 3;
    static constexpr float at[4][3] = {{1, 0, 0}, {.5f, .5f, .5f}, {.5f, -.5f, .5f}, {0, 0, 1}};
  };
  struct Output {
    static constexpr int rows = 2, columns = 4;
    static constexpr float at[2][4] = {{1, 1, 1, 0}, {0, 1, -1, -1}};
  };
};

struct ThreeInFours {
  static constexpr int phases = 1, tileStep = 4, resultStep = 4;
  struct Input {
    static constexpr int rows = 6, columns = 6;
    static constexpr float at[6][6] = {
        {4, 0, -5, 0, 1, 0},  {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0},
        {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}};
  };
  struct Weight {
    static constexpr int rows = 6, columns = 3;
    static constexpr float at[6][3] = {
        {1 / 4.f, 0, 0},
        {-1 / 6.f, -1 / 6.f, -1 / 6.f},
        {-1 / 6.f, 1 / 6.f, -1 / 6.f},
        {1 / 24.f, 1 / 12.f, 1 / 6.f},
        {1 / 24.f, -1 / 12.f, 1 / 6.f},
        {0, 0, 1}};
  };
  struct Output {
    static constexpr int rows = 4, columns = 6;
    static constexpr float at[4][6] = {
        {1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}};
  };
};

// Even pixels are convolved with the two even taps, odd pixels multiplied by the odd one.
struct ThreeStrided {
  static constexpr int phases = 1, tileStep = 4, resultStep = 2;
  struct Input {
    static constexpr int rows = 5, columns = 5;
    static constexpr float at[5][5] = {
        {1, 0, -1, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, 1, 0, -1}, {0, 1, 0, 0, 0}, {0, 0, 0, 1, 0}};
  };
  struct Weight {
    static constexpr int rows = 5, columns = 3;
    static constexpr float at[5][3] = {{1, 0, 0}, {1, 0, 1}, {0, 0, 1}, {0, 1, 0}, {0, 1, 0}};
  };
  struct Output {
    static constexpr int rows = 2, columns = 5;
    static constexpr float at[2][5] = {{1, 1, 0, 1, 0}, {0, 1, -1, 0, 1}};
  };
};

// Even and odd pixels are convolved with the even and odd taps, two each.
struct FourStrided {
  static constexpr int phases = 2, tileStep = 4, resultStep = 2;
  struct Input {
    static constexpr int rows = 6, columns = 6;
    static constexpr float at[6][6] = {
        {1, 0, -1, 0, 0, 0}, {0, 1, 0, -1, 0, 0}, {0, 0, 1, 0, 0, 0},
        {0, 0, 0, 1, 0, 0},  {0, 0, 1, 0, -1, 0}, {0, 0, 0, 1, 0, -1}};
  };
  struct Weight {
    static constexpr int rows = 6, columns = 4;
    static constexpr float at[6][4] = {
        {1, 0, 0, 0}, {0, 1, 0, 0}, {1, 0, 1, 0}, {0, 1, 0, 1}, {0, 0, 1, 0}, {0, 0, 0, 1}};
  };
  struct Output {
    static constexpr int rows = 2, columns = 3;
    static constexpr float at[2][3] = {{1, 1, 0}, {0, 1, -1}};
  };
};

template <class Matrix>
struct Adjoint {
  static constexpr int rows = Matrix::columns, columns = Matrix::rows;
  struct Table {
    float at[rows][columns];
  };
  static constexpr Table transpose() {
    Table table{};
    for (int row = 0; row < rows; row++)
      for (int column = 0; column < columns; column++)
        table.at[row][column] = Matrix::at[column][row];
    return table;
  }
  static constexpr Table table = transpose();
  static constexpr const float (&at)[rows][columns] = table.at;
};
