! Right-hand side of the CAM-SE equations on one element: temperature, wind, dry layer mass, omega.
!
! Lauritzen et al. (2018), doi:10.1029/2017MS001257. CAM-SE: prim_advance_mod (compute_and_apply_rhs)
module cam_se_tendency
  use kinds, only: rk
  use dimensions, only: np
  use element_data, only: fcor
  use element_operators, only: gradient_slab, divergence_slab, vorticity_slab
  use moist_air, only: n_dry, gravity, p_reference, pressures, geopotential
  use cam_se_settings, only: se_pgf_formulation, cpair, tref, lapse_rate, hybm, i_temp, i_u, i_v, i_dp, ncomp
  use cam_se_state, only: frozen_air
  implicit none
  private
  public :: element_rhs, moist_columns, element_omega

contains

  subroutine element_rhs(u, air, phis, e, tend, omega, nlev)
    integer, intent(in) :: e, nlev
    type(frozen_air), intent(in) :: air
    real(rk), intent(in) :: u(np,np,ncomp,nlev), phis(np,np)
    real(rk), intent(out) :: tend(np,np,ncomp,nlev), omega(np,np,nlev)
    real(rk), dimension(np,np,nlev) :: rt_v, dp, p, phi
    real(rk), dimension(np,np,2) :: v, grad_p, grad_t, grad_energy, pgf
    real(rk), dimension(np,np) :: absolute_vorticity, flux_div, above
    integer :: k

    call moist_columns(u, air, phis, e, rt_v, dp, p, phi, nlev)
    above = 0
    do k = 1, nlev
      v = u(:,:,i_u:i_v,k)
      call gradient_slab(p(:,:,k), e, grad_p)
      call level_omega(v, dp(:,:,k), grad_p, e, above, omega(:,:,k))
      call gradient_slab(u(:,:,i_temp,k), e, grad_t)
      call gradient_slab(0.5_rk*(v(:,:,1)**2 + v(:,:,2)**2) + phi(:,:,k), e, grad_energy)
      call vorticity_slab(v, e, absolute_vorticity)
      absolute_vorticity = absolute_vorticity + fcor(:,:,e)
      call pressure_gradient(rt_v(:,:,k), p(:,:,k), grad_p, air%kappa(:,:,k,e), hybm(k) > 0, e, pgf)
      call mass_flux_divergence(v, u(:,:,i_dp,k), e, flux_div)

      tend(:,:,i_temp,k) = -(v(:,:,1)*grad_t(:,:,1) + v(:,:,2)*grad_t(:,:,2)) &
                      + rt_v(:,:,k)/p(:,:,k)*omega(:,:,k)*air%inv_cp(:,:,k,e)
      tend(:,:,i_u,k) = v(:,:,2)*absolute_vorticity - grad_energy(:,:,1) - pgf(:,:,1)
      tend(:,:,i_v,k) = -v(:,:,1)*absolute_vorticity - grad_energy(:,:,2) - pgf(:,:,2)
      tend(:,:,i_dp,k) = -flux_div
    end do
  end subroutine element_rhs

  ! R_dry*T_v, moist thickness, midpoint pressure, geopotential.
  subroutine moist_columns(u, air, phis, e, rt_v, dp, p, phi, nlev)
    integer, intent(in) :: e, nlev
    type(frozen_air), intent(in) :: air
    real(rk), intent(in) :: u(np,np,ncomp,nlev), phis(np,np)
    real(rk), intent(out), dimension(np,np,nlev) :: rt_v, dp, p, phi
    real(rk) :: p_i(np,np,nlev+1)
    rt_v = air%r_dry(:,:,:,e)*(u(:,:,i_temp,:)*air%virtual(:,:,:,e))
    dp = u(:,:,i_dp,:)*air%water(:,:,:,e)
    call pressures(dp, p_i, p, np*np, nlev)
    call geopotential(rt_v, dp, p, phis, phi, np*np, nlev)
  end subroutine moist_columns

  ! Vertical pressure velocity of a state, without its tendencies.
  subroutine element_omega(u, air, phis, e, omega, nlev)
    integer, intent(in) :: e, nlev
    type(frozen_air), intent(in) :: air
    real(rk), intent(in) :: u(np,np,ncomp,nlev), phis(np,np)
    real(rk), intent(out) :: omega(np,np,nlev)
    real(rk), dimension(np,np,nlev) :: rt_v, dp, p, phi
    real(rk) :: grad_p(np,np,2), above(np,np)
    integer :: k
    call moist_columns(u, air, phis, e, rt_v, dp, p, phi, nlev)
    above = 0
    do k = 1, nlev
      call gradient_slab(p(:,:,k), e, grad_p)
      call level_omega(u(:,:,i_u:i_v,k), dp(:,:,k), grad_p, e, above, omega(:,:,k))
    end do
  end subroutine element_omega

  ! v.grad p minus the moist mass flux divergence summed from the top to the midpoint; `above` runs along the levels.
  subroutine level_omega(v, dp, grad_p, e, above, omega)
    real(rk), intent(in) :: v(np,np,2), dp(np,np), grad_p(np,np,2)
    integer, intent(in) :: e
    real(rk), intent(inout) :: above(np,np)
    real(rk), intent(out) :: omega(np,np)
    real(rk) :: flux_div(np,np)
    call mass_flux_divergence(v, dp, e, flux_div)
    omega = v(:,:,1)*grad_p(:,:,1) + v(:,:,2)*grad_p(:,:,2) - above - 0.5_rk*flux_div
    above = above + flux_div
  end subroutine level_omega

  subroutine mass_flux_divergence(v, dp, e, flux_div)
    real(rk), intent(in) :: v(np,np,2), dp(np,np)
    integer, intent(in) :: e
    real(rk), intent(out) :: flux_div(np,np)
    real(rk) :: flux(np,np,2)
    flux(:,:,1) = v(:,:,1)*dp
    flux(:,:,2) = v(:,:,2)*dp
    call divergence_slab(flux, e, flux_div)
  end subroutine mass_flux_divergence

  ! se_pgf_formulation 1: Exner form, with reference correction in terrain-following layers; 2: R T_v grad(p)/p;
  ! 3: 1 in terrain-following layers, 2 above.
  subroutine pressure_gradient(rt_v, p, grad_p, kappa, follows_terrain, e, pgf)
    real(rk), intent(in) :: rt_v(np,np), p(np,np), grad_p(np,np,2), kappa(np,np)
    logical, intent(in) :: follows_terrain
    integer, intent(in) :: e
    real(rk), intent(out) :: pgf(np,np,2)
    if (se_pgf_formulation == 1 .or. (se_pgf_formulation == 3 .and. follows_terrain)) then
      call exner_gradient(rt_v, p, kappa, follows_terrain, e, pgf)
    else
      pgf(:,:,1) = rt_v/p*grad_p(:,:,1)
      pgf(:,:,2) = rt_v/p*grad_p(:,:,2)
    end if
  end subroutine pressure_gradient

  ! cp theta_v grad(exner), at constant kappa; plus cp T0*(grad(ln exner) - grad(exner)/exner), zero but for truncation error.
  subroutine exner_gradient(rt_v, p, kappa, corrected, e, pgf)
    real(rk), intent(in) :: rt_v(np,np), p(np,np), kappa(np,np)
    logical, intent(in) :: corrected
    integer, intent(in) :: e
    real(rk), intent(out) :: pgf(np,np,2)
    real(rk), dimension(np,np) :: log_p, exner
    real(rk), dimension(np,np,2) :: grad_exner, grad_log, grad_kappa
    real(rk) :: t0
    integer :: c
    log_p = log(p/p_reference)
    exner = exp(kappa*log_p)
    call gradient_slab(exner, e, grad_exner)
    if (n_dry > 0) call gradient_slab(kappa, e, grad_kappa)
    if (corrected) call gradient_slab(kappa*log_p, e, grad_log)
    t0 = tref - lapse_rate*tref*cpair/gravity
    do c = 1, 2
      pgf(:,:,c) = grad_exner(:,:,c)
      if (n_dry > 0) pgf(:,:,c) = pgf(:,:,c) - exner*log_p*grad_kappa(:,:,c)
      pgf(:,:,c) = rt_v/(kappa*exner)*pgf(:,:,c)
      if (corrected) pgf(:,:,c) = pgf(:,:,c) + cpair*t0*(grad_log(:,:,c) - grad_exner(:,:,c)/exner)
    end do
  end subroutine exner_gradient

end module cam_se_tendency
