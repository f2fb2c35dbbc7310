! Vertical remap of a nonhydrostatic theta-l state and its tracers to the hybrid layers of the surface pressure;
! constants, coefficients and vert_remap_u_alg come from theta_l_settings.
!
! HOMME: vertremap_mod:vertical_remap (theta-l)
module nonhydrostatic_remap
  use kinds, only: rk
  use dimensions, only: np
  use element_remap, only: remap_element
  use nonhydrostatic_landing, only: hybrid_layers, remap_state
  implicit none
  private
  public :: vertical_remap
  integer, parameter :: n = np*np

contains

  ! v, w_i, ... go in on floating layers and come out on hybrid layers; ps_v is the pressure under both.
  subroutine vertical_remap(v, vtheta_dp, dp3d, phinh_i, w_i, qdp, phis, gradphis, vert_remap_q_alg, ps_v, nlev, nq, ne)
    integer, intent(in) :: vert_remap_q_alg, nlev, nq, ne
    real(rk), intent(inout) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(inout) :: phinh_i(np,np,nlev+1,ne), w_i(np,np,nlev+1,ne), qdp(np,np,nlev,nq,ne)
    real(rk), intent(in) :: phis(np,np,ne), gradphis(np,np,2,ne)
    real(rk), intent(out) :: ps_v(np,np,ne)
    !f2py intent(in,out,copy) :: v, vtheta_dp, dp3d, phinh_i, w_i, qdp
    real(rk) :: target(n,nlev)
    integer :: e
    !$omp parallel do private(target)
    do e = 1, ne
      call hybrid_layers(nlev, dp3d(:,:,:,e), ps_v(:,:,e), target)
      call remap_state(nlev, dp3d(:,:,:,e), target, phis(:,:,e), gradphis(:,:,:,e), v(:,:,:,:,e), vtheta_dp(:,:,:,e), &
                       phinh_i(:,:,:,e), w_i(:,:,:,e))
      call remap_element(nlev, nq, dp3d(:,:,:,e), target, qdp(:,:,:,:,e), vert_remap_q_alg)
      dp3d(:,:,:,e) = reshape(target, [np,np,nlev])
    end do
  end subroutine vertical_remap

end module nonhydrostatic_remap
