! Keeps layers from collapsing: thickness at least dp3d_thresh of the reference, theta at least vtheta_thresh.
!
! HOMME: prim_advance_mod:limiter_dp3d_k
module theta_l_limiter
  use kinds, only: rk
  use theta_l_column, only: nodes
  use theta_l_settings, only: dp3d_thresh, vtheta_thresh, ps0, hyai, hybi
  implicit none
  private
  public :: limiter_dp3d_k

contains

  subroutine limiter_dp3d_k(nlev, vtheta_dp, dp)
    integer, intent(in) :: nlev
    real(rk), intent(inout) :: vtheta_dp(nodes, nlev), dp(nodes, nlev)
    real(rk) :: floor_dp(nlev), lowest(nodes)
    integer :: k
    floor_dp = dp3d_thresh * ((hyai(2:) - hyai(:nlev)) * ps0 + (hybi(2:) - hybi(:nlev)) * ps0)
    lowest = 0
    do k = 1, nlev
      lowest = min(lowest, dp(:, k) - floor_dp(k))
    end do
    if (any(lowest < 0)) call lift_columns(nlev, lowest, floor_dp, vtheta_dp, dp)
    do k = 1, nlev
      vtheta_dp(:, k) = max(vtheta_dp(:, k), vtheta_thresh * dp(:, k))
    end do
  end subroutine limiter_dp3d_k

  ! theta is kept, mass moves within the column
  subroutine lift_columns(nlev, lowest, floor_dp, vtheta_dp, dp)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: lowest(nodes), floor_dp(nlev)
    real(rk), intent(inout) :: vtheta_dp(nodes, nlev), dp(nodes, nlev)
    real(rk) :: excess(nlev)
    integer :: n
    vtheta_dp = vtheta_dp / dp
    do n = 1, nodes
      if (lowest(n) >= 0) cycle
      excess = dp(n, :) - floor_dp
      call redistribute(nlev, excess)
      dp(n, :) = excess + floor_dp
    end do
    vtheta_dp = vtheta_dp * dp
  end subroutine lift_columns

  ! no excess of the wrong sign is left, and the sum over the column stays
  subroutine redistribute(nlev, excess)
    integer, intent(in) :: nlev
    real(rk), intent(inout) :: excess(nlev)
    real(rk) :: total, positive, sense
    total = sum(excess)
    sense = merge(-1.0_rk, 1.0_rk, total < 0)
    excess = max(sense * excess, 0.0_rk)
    positive = sum(excess)
    if (positive > 0) excess = excess * (abs(total) / positive)
    excess = sense * excess
  end subroutine redistribute

end module theta_l_limiter
