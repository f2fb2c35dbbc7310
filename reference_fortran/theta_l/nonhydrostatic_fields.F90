! Separate fields of nonhydrostatic theta-l to the state of its steps, and back.
!
! HOMME: element_state (elem_state_t)
module nonhydrostatic_fields
  use kinds, only: rk
  use dimensions, only: np
  use nonhydrostatic_tendency, only: nfields, upward, height
  use theta_l_tendency, only: theta_mass, thickness
  implicit none
  private
  public :: pack_state, unpack_state

contains

  subroutine pack_state(v, vtheta_dp, dp3d, phinh_i, w_i, state, ground, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(in) :: phinh_i(np,np,nlev+1,ne), w_i(np,np,nlev+1,ne)
    real(rk), intent(out) :: state(np,np,nfields,nlev,ne), ground(np,np,ne)
    integer :: e
    !$omp parallel do schedule(static)
    do e = 1, ne
      state(:,:,1:2,:,e) = v(:,:,:,:,e)
      state(:,:,theta_mass,:,e) = vtheta_dp(:,:,:,e)
      state(:,:,thickness,:,e) = dp3d(:,:,:,e)
      state(:,:,upward,:,e) = w_i(:,:,:nlev,e)
      state(:,:,height,:,e) = phinh_i(:,:,:nlev,e)
      ground(:,:,e) = w_i(:,:,nlev+1,e)
    end do
  end subroutine pack_state

  subroutine unpack_state(state, ground, phis, v, vtheta_dp, dp3d, phinh_i, w_i, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: state(np,np,nfields,nlev,ne), ground(np,np,ne), phis(np,np,ne)
    real(rk), intent(out) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(out) :: phinh_i(np,np,nlev+1,ne), w_i(np,np,nlev+1,ne)
    integer :: e
    !$omp parallel do schedule(static)
    do e = 1, ne
      v(:,:,:,:,e) = state(:,:,1:2,:,e)
      vtheta_dp(:,:,:,e) = state(:,:,theta_mass,:,e)
      dp3d(:,:,:,e) = state(:,:,thickness,:,e)
      w_i(:,:,:nlev,e) = state(:,:,upward,:,e)
      phinh_i(:,:,:nlev,e) = state(:,:,height,:,e)
      w_i(:,:,nlev+1,e) = ground(:,:,e)
      phinh_i(:,:,nlev+1,e) = phis(:,:,e)
    end do
  end subroutine unpack_state

end module nonhydrostatic_fields
