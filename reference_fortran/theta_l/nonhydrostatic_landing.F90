! The columns of one element, nonhydrostatic theta-l, from floating layers back to those of the hybrid coordinate.
!
! HOMME: vertremap_mod:vertical_remap (theta-l)
module nonhydrostatic_landing
  use kinds, only: rk
  use eos_columns, only: hydrostatic_phi
  use element_remap, only: remap_element
  use nonhydrostatic_tendency, only: nfields, upward, height
  use theta_l_column, only: n => nodes
  use theta_l_settings, only: g, ps0, hyai, hybi, vert_remap_u_alg, vert_remap_q_alg
  use theta_l_tendency, only: theta_mass, thickness
  implicit none
  private
  public :: land, hybrid_layers, remap_state

contains

  ! layers (np, np, 6, nlev) with w on the ground, and tracers
  subroutine land(nlev, nq, phis, gradphis, layers, ground, qdp)
    integer, intent(in) :: nlev, nq
    real(rk), intent(in) :: phis(n), gradphis(n,2)
    real(rk), intent(inout) :: layers(n,nfields,nlev), ground(n), qdp(n,nlev,nq)
    real(rk) :: dp(n,nlev), target(n,nlev), v(n,2,nlev), vtheta_dp(n,nlev), phi(n,nlev+1), w(n,nlev+1), ps(n)
    dp = layers(:,thickness,:)
    v = layers(:,1:2,:)
    vtheta_dp = layers(:,theta_mass,:)
    phi(:,:nlev) = layers(:,height,:)
    phi(:,nlev+1) = phis
    w(:,:nlev) = layers(:,upward,:)
    w(:,nlev+1) = ground
    call hybrid_layers(nlev, dp, ps, target)
    call remap_state(nlev, dp, target, phis, gradphis, v, vtheta_dp, phi, w)
    if (nq > 0) call remap_element(nlev, nq, dp, target, qdp, vert_remap_q_alg)
    layers(:,1:2,:) = v
    layers(:,theta_mass,:) = vtheta_dp
    layers(:,thickness,:) = target
    layers(:,upward,:) = w(:,:nlev)
    layers(:,height,:) = phi(:,:nlev)
    ground = w(:,nlev+1)
  end subroutine land

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

end module nonhydrostatic_landing
