! What physics does to a dry nonhydrostatic theta-l state. Layers keep their pressure, as thick as their new temperature
! makes them there.
!
! HOMME: prim_advance_mod:applyCAMforcing_tracers, applyCAMforcing_dynamics
module nonhydrostatic_forcing
  use kinds, only: rk
  use dimensions, only: np
  use eos_columns, only: nonhydrostatic_pressures
  use theta_l_settings, only: g, rgas
  implicit none
  private
  public :: apply_forcing
  integer, parameter :: n = np*np

contains

  ! fields after dt of rates of wind, temperature and w at upper interfaces
  subroutine apply_forcing(v, vtheta_dp, dp3d, phinh_i, w_i, fv, ft, fw, gradphis, dt, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(inout) :: phinh_i(np,np,nlev+1,ne), w_i(np,np,nlev+1,ne)
    !f2py intent(in,out,copy) :: v, vtheta_dp, dp3d, phinh_i, w_i
    real(rk), intent(in) :: fv(np,np,2,nlev,ne), ft(np,np,nlev,ne), fw(np,np,nlev,ne), gradphis(np,np,2,ne), dt
    integer :: e
    !$omp parallel do schedule(static)
    do e = 1, ne
      call heat(nlev, dt, ft(:,:,:,e), dp3d(:,:,:,e), vtheta_dp(:,:,:,e), phinh_i(:,:,:,e))
      v(:,:,:,:,e) = v(:,:,:,:,e) + dt * fv(:,:,:,:,e)
      w_i(:,:,:nlev,e) = w_i(:,:,:nlev,e) + dt * fw(:,:,:,e)
      w_i(:,:,nlev+1,e) = (v(:,:,1,nlev,e) * gradphis(:,:,1,e) + v(:,:,2,nlev,e) * gradphis(:,:,2,e)) / g
    end do
  end subroutine apply_forcing

  subroutine heat(nlev, dt, ft, dp, vtheta_dp, phi_i)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: dt, ft(n,nlev), dp(n,nlev)
    real(rk), intent(inout) :: vtheta_dp(n,nlev), phi_i(n,nlev+1)
    real(rk) :: p(n,nlev), exner(n,nlev), p_i(n,nlev+1), mu(n,nlev+1), temperature(n)
    integer :: k
    call nonhydrostatic_pressures(n, nlev, vtheta_dp, dp, phi_i, p, exner, p_i, mu)
    do k = nlev, 1, -1
      temperature = exner(:,k) * vtheta_dp(:,k) / dp(:,k) + dt * ft(:,k)
      vtheta_dp(:,k) = temperature * dp(:,k) / exner(:,k)
      phi_i(:,k) = phi_i(:,k+1) + rgas * vtheta_dp(:,k) * exner(:,k) / p(:,k)
    end do
  end subroutine heat

end module nonhydrostatic_forcing
