! Equation of state of theta-l on whole fields; constants and hyai come from theta_l_settings.
!
! HOMME: eos:pnh_and_exner_from_eos (hydrostatic and nonhydrostatic branch), phi_from_eos
module eos
  use kinds, only: rk
  use dimensions, only: np
  use eos_columns
  implicit none
  private
  public :: pnh_and_exner_hydrostatic, pnh_and_exner_nonhydrostatic, phi_from_eos

contains

  subroutine pnh_and_exner_hydrostatic(dp, pnh, exner, pnh_i, dpnh_dp_i, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: dp(np,np,nlev,ne)
    real(rk), intent(out) :: pnh(np,np,nlev,ne), exner(np,np,nlev,ne)
    real(rk), intent(out) :: pnh_i(np,np,nlev+1,ne), dpnh_dp_i(np,np,nlev+1,ne)
    integer :: e
    !$omp parallel do
    do e = 1, ne
      call hydrostatic_pressures(np*np, nlev, dp(:,:,:,e), pnh(:,:,:,e), exner(:,:,:,e), pnh_i(:,:,:,e), dpnh_dp_i(:,:,:,e))
    end do
  end subroutine pnh_and_exner_hydrostatic

  subroutine pnh_and_exner_nonhydrostatic(vtheta_dp, dp, phi_i, pnh, exner, pnh_i, dpnh_dp_i, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: vtheta_dp(np,np,nlev,ne), dp(np,np,nlev,ne), phi_i(np,np,nlev+1,ne)
    real(rk), intent(out) :: pnh(np,np,nlev,ne), exner(np,np,nlev,ne)
    real(rk), intent(out) :: pnh_i(np,np,nlev+1,ne), dpnh_dp_i(np,np,nlev+1,ne)
    integer :: e
    !$omp parallel do
    do e = 1, ne
      call nonhydrostatic_pressures(np*np, nlev, vtheta_dp(:,:,:,e), dp(:,:,:,e), phi_i(:,:,:,e), &
                                    pnh(:,:,:,e), exner(:,:,:,e), pnh_i(:,:,:,e), dpnh_dp_i(:,:,:,e))
    end do
  end subroutine pnh_and_exner_nonhydrostatic

  subroutine phi_from_eos(phis, vtheta_dp, dp, phi_i, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: phis(np,np,ne), vtheta_dp(np,np,nlev,ne), dp(np,np,nlev,ne)
    real(rk), intent(out) :: phi_i(np,np,nlev+1,ne)
    integer :: e
    !$omp parallel do
    do e = 1, ne
      call hydrostatic_phi(np*np, nlev, phis(:,:,e), vtheta_dp(:,:,:,e), dp(:,:,:,e), phi_i(:,:,:,e))
    end do
  end subroutine phi_from_eos

end module eos
