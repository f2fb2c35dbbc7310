! Real kinds. rk is the kind of every field: double, or single in the r4 build; dk and qk do not change with the build.
module kinds
  implicit none
  private
  public :: rk, dk, qk

  integer, parameter :: dk = kind(1.0d0)
  integer, parameter :: quad = selected_real_kind(33)
  integer, parameter :: qk = merge(quad, dk, quad > 0)  ! dk where the machine has no quadruple precision
#ifdef SINGLE_PRECISION
  integer, parameter :: rk = kind(1.0)
#else
  integer, parameter :: rk = dk
#endif
end module kinds
