! The CAM-SE kernels on whole fields, as Python calls them.
!
! CAM-SE: prim_advance_mod, prim_driver_mod, viscosity_mod, dyn_comp
module cam_se_reference
  use kinds, only: rk
  use dimensions, only: np
  use element_data, only: require_grid
  use assembly, only: dss
  use moist_air, only: p_top
  use cam_se_state, only: dry_state, frozen_air, freeze_air
  use cam_se_tendency, only: element_rhs, moist_columns
  implicit none
  private
  public :: tendency, moist_state

contains

  ! Assembled tendencies (1 temperature, 2 and 3 wind, 4 dry layer mass); omega and dry mass flux, not assembled.
  subroutine tendency(temp, v, dp3d, qdp, phis, tend, omega, vn0, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(in) :: temp(np,np,nlev,ne), v(np,np,2,nlev,ne), dp3d(np,np,nlev,ne), qdp(np,np,nlev,qsize,ne)
    real(rk), intent(in) :: phis(np,np,ne)
    real(rk), intent(out) :: tend(np,np,4,nlev,ne), omega(np,np,nlev,ne), vn0(np,np,2,nlev,ne)
    type(dry_state) :: state
    type(frozen_air) :: air
    integer :: e
    call require_grid(ne)
    call load(temp, v, dp3d, state)
    call freeze_air(qdp, dp3d, air, nlev, qsize, ne)
    !$omp parallel do
    do e = 1, ne
      call element_rhs(state, air, phis(:,:,e), e, tend(:,:,:,:,e), omega(:,:,:,e), nlev)
      vn0(:,:,1,:,e) = v(:,:,1,:,e)*dp3d(:,:,:,e)
      vn0(:,:,2,:,e) = v(:,:,2,:,e)*dp3d(:,:,:,e)
    end do
    call dss(tend, 4*nlev, ne)
  end subroutine tendency

  ! Virtual temperature, moist midpoint pressure, geopotential.
  subroutine moist_state(temp, v, dp3d, qdp, phis, t_v, p, phi, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(in) :: temp(np,np,nlev,ne), v(np,np,2,nlev,ne), dp3d(np,np,nlev,ne), qdp(np,np,nlev,qsize,ne)
    real(rk), intent(in) :: phis(np,np,ne)
    real(rk), intent(out) :: t_v(np,np,nlev,ne), p(np,np,nlev,ne), phi(np,np,nlev,ne)
    real(rk) :: rt_v(np,np,nlev), dp(np,np,nlev)
    type(dry_state) :: state
    type(frozen_air) :: air
    integer :: e
    call load(temp, v, dp3d, state)
    call freeze_air(qdp, dp3d, air, nlev, qsize, ne)
    do e = 1, ne
      call moist_columns(state, air, phis(:,:,e), e, rt_v, dp, p(:,:,:,e), phi(:,:,:,e), nlev)
      t_v(:,:,:,e) = temp(:,:,:,e)*air%virtual(:,:,:,e)
    end do
  end subroutine moist_state

  subroutine load(temp, v, dp3d, state)
    real(rk), intent(in) :: temp(:,:,:,:), v(:,:,:,:,:), dp3d(:,:,:,:)
    type(dry_state), intent(out) :: state
    state%temp = temp
    state%v = v
    state%dp3d = dp3d
  end subroutine load

end module cam_se_reference
