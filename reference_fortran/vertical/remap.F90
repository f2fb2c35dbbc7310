! Vertical remap of masses between two sets of layers of the same columns, on whole fields.
!
! HOMME: vertremap_base:remap1
module remap
  use kinds, only: rk
  use dimensions, only: np
  use element_remap, only: remap_element
  implicit none
  private
  public :: remap1

contains

  subroutine remap1(mass, dp1, dp2, alg, mass_new, nlev, nq, ne)
    integer, intent(in) :: alg  ! vert_remap_q_alg: -1, 0, 1, 10 or 11
    integer, intent(in) :: nlev, nq, ne
    real(rk), intent(in) :: mass(np,np,nlev,nq,ne), dp1(np,np,nlev,ne), dp2(np,np,nlev,ne)
    real(rk), intent(out) :: mass_new(np,np,nlev,nq,ne)
    integer :: e
    !$omp parallel do
    do e = 1, ne
      mass_new(:,:,:,:,e) = mass(:,:,:,:,e)
      call remap_element(nlev, nq, dp1(:,:,:,e), dp2(:,:,:,e), mass_new(:,:,:,:,e), alg)
    end do
  end subroutine remap1

end module remap
