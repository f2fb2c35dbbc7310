! Vertical remap of a nonhydrostatic theta-l state and its tracers to the hybrid layers of the surface pressure;
! constants, coefficients and vert_remap_u_alg come from theta_l_settings.
!
! HOMME: vertremap_mod:vertical_remap (theta-l)
module nonhydrostatic_remap
  use kinds, only: rk
  use dimensions, only: np
  use theta_l_settings, only: g, ps0, hyai, hybi, vert_remap_u_alg
  use eos_columns, only: hydrostatic_phi
  use element_remap, only: remap_element
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

  ! Surface pressure under layers dp, and the layers that belong to it.
  pure subroutine hybrid_layers(nlev, dp, ps, target)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: dp(n,nlev)
    real(rk), intent(out) :: ps(n), target(n,nlev)
    integer :: k
    ps = dp(:,1)
    do k = 2, nlev
      ps = ps + dp(:,k)
    end do
    ps = hyai(1)*ps0 + ps
    do k = 1, nlev
      target(:,k) = (hyai(k+1) - hyai(k))*ps0 + (hybi(k+1) - hybi(k))*ps
    end do
  end subroutine hybrid_layers

  subroutine remap_state(nlev, dp, target, phis, gradphis, v, vtheta_dp, phi, w)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: dp(n,nlev), target(n,nlev), phis(n), gradphis(n,2)
    real(rk), intent(inout) :: v(n,2,nlev), vtheta_dp(n,nlev), phi(n,nlev+1), w(n,nlev+1)
    real(rk) :: q(n,nlev,5), balanced(n,nlev+1)
    integer :: k
    call hydrostatic_phi(n, nlev, phis, vtheta_dp, dp, balanced)
    phi = phi - balanced
    do k = 1, nlev
      q(:,k,1) = v(:,1,k)*dp(:,k)
      q(:,k,2) = v(:,2,k)*dp(:,k)
      q(:,k,3) = vtheta_dp(:,k)
      q(:,k,4) = phi(:,k+1) - phi(:,k)
      q(:,k,5) = w(:,k+1) - w(:,k)
    end do
    call remap_element(nlev, 5, dp, target, q, vert_remap_u_alg)
    do k = nlev, 1, -1
      v(:,1,k) = q(:,k,1)/target(:,k)
      v(:,2,k) = q(:,k,2)/target(:,k)
      vtheta_dp(:,k) = q(:,k,3)
      phi(:,k) = phi(:,k+1) - q(:,k,4)
      w(:,k) = w(:,k+1) - q(:,k,5)
    end do
    call hydrostatic_phi(n, nlev, phis, vtheta_dp, target, balanced)
    phi = phi + balanced
    w(:,nlev+1) = (v(:,1,nlev)*gradphis(:,1) + v(:,2,nlev)*gradphis(:,2))/g
  end subroutine remap_state

end module nonhydrostatic_remap
