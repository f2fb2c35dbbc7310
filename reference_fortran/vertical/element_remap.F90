! Vertical remap of masses in the columns of one element, all algorithms of HOMME.
!
! HOMME: vertremap_base:remap1
module element_remap
  use kinds, only: rk
  use dimensions, only: np
  use remap_ppm, only: ppm_columns, ppm_constant, ppm_linear_limited, ppm_linear
  use remap_spline, only: spline_columns
  implicit none
  private
  public :: remap_element

contains

  ! q, masses on layers dp1, become masses on layers dp2.
  subroutine remap_element(nlev, nq, dp1, dp2, q, alg)
    integer, intent(in) :: nlev, nq, alg
    real(rk), intent(in) :: dp1(np*np,nlev), dp2(np*np,nlev)
    real(rk), intent(inout) :: q(np*np,nlev,nq)
    select case (alg)
    case (-1, 0)
      call spline_columns(np*np, nlev, nq, dp1, dp2, q, alg == 0)
    case (1)
      call ppm_columns(np*np, nlev, nq, dp1, dp2, q, ppm_constant)
    case (10)
      call ppm_columns(np*np, nlev, nq, dp1, dp2, q, ppm_linear_limited)
    case (11)
      call ppm_columns(np*np, nlev, nq, dp1, dp2, q, ppm_linear)
    case default
      error stop 'remap1: vert_remap_alg must be -1, 0, 1, 10 or 11.'
    end select
  end subroutine remap_element

end module element_remap
