import CKernels
import Plan

extension TileOpcode {
  /// The C loop of an instruction; nil for a constant, which is no instruction there.
  var loop: pf_opcode? {
    switch self {
    case .constant: nil
    case .negate: pf_op_negate
    case .abs: pf_op_abs
    case .sign: pf_op_sign
    case .floor: pf_op_floor
    case .ceil: pf_op_ceil
    case .exp: pf_op_exp
    case .log: pf_op_log
    case .sqrt: pf_op_sqrt
    case .rsqrt: pf_op_rsqrt
    case .reciprocal: pf_op_reciprocal
    case .tanh: pf_op_tanh
    case .sigmoid: pf_op_sigmoid
    case .softplus: pf_op_softplus
    case .erf: pf_op_erf
    case .sin: pf_op_sin
    case .cos: pf_op_cos
    case .add: pf_op_add
    case .subtract: pf_op_subtract
    case .multiply: pf_op_multiply
    case .divide: pf_op_divide
    case .maximum: pf_op_maximum
    case .minimum: pf_op_minimum
    case .power: pf_op_power
    case .less: pf_op_less
    case .lessEqual: pf_op_less_equal
    case .equal: pf_op_equal
    case .select: pf_op_select
    case .fma: pf_op_fma
    }
  }
}

extension TileReduction.Kind {
  var loop: pf_reduce {
    switch self {
    case .sum: pf_reduce_sum
    case .max: pf_reduce_max
    case .min: pf_reduce_min
    }
  }
}
