! Laplacian of the continuous Laplacian, weak form, not assembled. A tensor and nu_ratio act as in theta-l: nu_ratio in the
! first Laplacian, the tensor in the second.
!
! Equations: Guba et al. (2014), doi:10.5194/gmd-7-2803-2014
! HOMME: viscosity_base (biharmonic_wk_scalar), viscosity_theta (biharmonic_wk_theta)   CAM-SE: viscosity_mod
module biharmonic
  use kinds, only: rk
  use dimensions, only: np
  use assembly, only: dss_wk
  use sphere_operators
  implicit none
  private
  public :: biharmonic_wk, biharmonic_wk_tensor, vbiharmonic_wk, vbiharmonic_wk_tensor

contains

  subroutine biharmonic_wk(s, laplace_dss, biharmonic, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: s(np,np,nlev,ne)
    real(rk), intent(out) :: laplace_dss(np,np,nlev,ne), biharmonic(np,np,nlev,ne)
    call laplace_sphere_wk(s, laplace_dss, nlev, ne)
    call dss_wk(laplace_dss, nlev, ne)
    call laplace_sphere_wk(laplace_dss, biharmonic, nlev, ne)
  end subroutine biharmonic_wk

  subroutine biharmonic_wk_tensor(s, tensor, laplace_dss, biharmonic, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: s(np,np,nlev,ne), tensor(np,np,2,2,ne)
    real(rk), intent(out) :: laplace_dss(np,np,nlev,ne), biharmonic(np,np,nlev,ne)
    call laplace_sphere_wk(s, laplace_dss, nlev, ne)
    call dss_wk(laplace_dss, nlev, ne)
    call laplace_sphere_wk_tensor(laplace_dss, tensor, biharmonic, nlev, ne)
  end subroutine biharmonic_wk_tensor

  subroutine vbiharmonic_wk(v, nu_ratio, laplace_dss, biharmonic, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: v(np,np,2,nlev,ne), nu_ratio
    real(rk), intent(out) :: laplace_dss(np,np,2,nlev,ne), biharmonic(np,np,2,nlev,ne)
    call vlaplace_sphere_wk_contra(v, nu_ratio, laplace_dss, nlev, ne)
    call dss_wk(laplace_dss, 2*nlev, ne)
    call vlaplace_sphere_wk_contra(laplace_dss, 1.0_rk, biharmonic, nlev, ne)
  end subroutine vbiharmonic_wk

  subroutine vbiharmonic_wk_tensor(v, nu_ratio, tensor, laplace_dss, biharmonic, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: v(np,np,2,nlev,ne), nu_ratio, tensor(np,np,2,2,ne)
    real(rk), intent(out) :: laplace_dss(np,np,2,nlev,ne), biharmonic(np,np,2,nlev,ne)
    call vlaplace_sphere_wk_contra(v, nu_ratio, laplace_dss, nlev, ne)
    call dss_wk(laplace_dss, 2*nlev, ne)
    call vlaplace_sphere_wk_cartesian_tensor(laplace_dss, tensor, biharmonic, nlev, ne)
  end subroutine vbiharmonic_wk_tensor
end module biharmonic
