! Equation of state of theta-l for a set of columns at once: (column, level) arrays, the column index fastest.
!
! HOMME: eos:pnh_and_exner_from_eos, phi_from_eos
module eos_columns
  use kinds, only: rk
  use theta_l_settings, only: rgas, kappa, p0, ps0, hyai
  implicit none
  private
  public :: hydrostatic_pressures, nonhydrostatic_pressures, hydrostatic_phi

contains

  ! p = pi_i(k) + dp(k)/2,  Pi = (p/p0)**kappa
  pure subroutine hydrostatic_pressures(n, nlev, dp, p, exner, p_i, mu)
    integer, intent(in) :: n, nlev
    real(rk), intent(in) :: dp(n,nlev)
    real(rk), intent(out) :: p(n,nlev), exner(n,nlev), p_i(n,nlev+1), mu(n,nlev+1)
    integer :: k
    p_i(:,1) = hyai(1)*ps0
    do k = 1, nlev
      p_i(:,k+1) = p_i(:,k) + dp(:,k)
      p(:,k) = p_i(:,k) + dp(:,k)/2
      exner(:,k) = (p(:,k)/p0)**kappa
    end do
    mu = 1
  end subroutine hydrostatic_pressures

  ! X = R Theta/(-dphi),  p = p0 (X/p0)**(1/(1-kappa)),  Pi = p/X;  interfaces linear in mass between midpoints,
  ! mu = dp/dpi, one-sided over half a layer at both ends and 1 at the surface
  pure subroutine nonhydrostatic_pressures(n, nlev, vtheta_dp, dp, phi_i, p, exner, p_i, mu)
    integer, intent(in) :: n, nlev
    real(rk), intent(in) :: vtheta_dp(n,nlev), dp(n,nlev), phi_i(n,nlev+1)
    real(rk), intent(out) :: p(n,nlev), exner(n,nlev), p_i(n,nlev+1), mu(n,nlev+1)
    real(rk) :: x(n)
    integer :: k
    do k = 1, nlev
      x = rgas*vtheta_dp(:,k)/(-(phi_i(:,k+1) - phi_i(:,k)))
      p(:,k) = p0*(x/p0)**(1/(1 - kappa))
      exner(:,k) = p(:,k)/x
    end do
    p_i(:,1) = hyai(1)*ps0
    mu(:,1) = 2*(p(:,1) - p_i(:,1))/dp(:,1)
    do k = 2, nlev
      p_i(:,k) = (dp(:,k-1)*p(:,k) + dp(:,k)*p(:,k-1))/(dp(:,k) + dp(:,k-1))
      mu(:,k) = (p(:,k) - p(:,k-1))/((dp(:,k) + dp(:,k-1))/2)
    end do
    p_i(:,nlev+1) = p(:,nlev) + dp(:,nlev)/2
    mu(:,nlev+1) = 2*(p_i(:,nlev+1) - p(:,nlev))/dp(:,nlev)
  end subroutine nonhydrostatic_pressures

  ! phi(k) = phi(k+1) + R Theta (p/p0)**(kappa-1)/p0,  p the mean of the two interface pressures
  pure subroutine hydrostatic_phi(n, nlev, phis, vtheta_dp, dp, phi_i)
    integer, intent(in) :: n, nlev
    real(rk), intent(in) :: phis(n), vtheta_dp(n,nlev), dp(n,nlev)
    real(rk), intent(out) :: phi_i(n,nlev+1)
    real(rk) :: p_i(n,nlev+1), p(n)
    integer :: k
    p_i(:,1) = hyai(1)*ps0
    do k = 1, nlev
      p_i(:,k+1) = p_i(:,k) + dp(:,k)
    end do
    phi_i(:,nlev+1) = phis
    do k = nlev, 1, -1
      p = (p_i(:,k) + p_i(:,k+1))/2
      phi_i(:,k) = phi_i(:,k+1) + rgas*vtheta_dp(:,k)*(p/p0)**(kappa - 1)/p0
    end do
  end subroutine hydrostatic_phi

end module eos_columns
