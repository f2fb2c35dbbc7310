! Laplacians whose flux is multiplied by a number at each node, and the biharmonic of both: CAM-SE's scalar viscosity.
!
! Equations: Zarzycki et al. (2014), doi:10.1175/JCLI-D-13-00435.1
! CAM-SE: derivative_mod (laplace_sphere_wk, vlaplace_sphere_wk_contra with hypervis_power), viscosity_mod
module variable_viscosity
  use kinds, only: rk
  use dimensions, only: np
  use element_operators, only: gradient_slab, divergence_wk_slab, divergence_slab, vorticity_slab, &
                               gradient_wk_testcov_slab, curl_wk_testcov_slab, exempt_rotation
  use assembly, only: dss_wk
  implicit none
  private
  public :: set_viscosity_factor, laplace_wk_variable_slab, vlaplace_wk_contra_variable_slab, biharmonic_wk_variable

  real(rk), allocatable :: factor(:,:,:)

contains

  subroutine set_viscosity_factor(nodes, ne)
    integer, intent(in) :: ne
    real(rk), intent(in) :: nodes(np,np,ne)
    factor = nodes
  end subroutine set_viscosity_factor

  subroutine laplace_wk_variable_slab(s, e, laplace)
    real(rk), intent(in) :: s(np,np)
    integer, intent(in) :: e
    real(rk), intent(out) :: laplace(np,np)
    real(rk) :: ds(np,np,2)
    call gradient_slab(s, e, ds)
    ds(:,:,1) = ds(:,:,1)*factor(:,:,e)
    ds(:,:,2) = ds(:,:,2)*factor(:,:,e)
    call divergence_wk_slab(ds, e, laplace)
  end subroutine laplace_wk_variable_slab

  ! nu_ratio weighs the divergent part.
  subroutine vlaplace_wk_contra_variable_slab(v, nu_ratio, e, laplace)
    real(rk), intent(in) :: v(np,np,2), nu_ratio
    integer, intent(in) :: e
    real(rk), intent(out) :: laplace(np,np,2)
    real(rk) :: div(np,np), vort(np,np), curl(np,np,2)
    call divergence_slab(v, e, div)
    call vorticity_slab(v, e, vort)
    call gradient_wk_testcov_slab(nu_ratio*(div*factor(:,:,e)), e, laplace)
    call curl_wk_testcov_slab(vort*factor(:,:,e), e, curl)
    laplace = laplace - curl
    call exempt_rotation(v, e, laplace)
  end subroutine vlaplace_wk_contra_variable_slab

  subroutine biharmonic_wk_variable(s, laplace_dss, biharmonic, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: s(np,np,nlev,ne)
    real(rk), intent(out) :: laplace_dss(np,np,nlev,ne), biharmonic(np,np,nlev,ne)
    integer :: e, k
    do e = 1, ne
      do k = 1, nlev
        call laplace_wk_variable_slab(s(:,:,k,e), e, laplace_dss(:,:,k,e))
      end do
    end do
    call dss_wk(laplace_dss, nlev, ne)
    do e = 1, ne
      do k = 1, nlev
        call laplace_wk_variable_slab(laplace_dss(:,:,k,e), e, biharmonic(:,:,k,e))
      end do
    end do
  end subroutine biharmonic_wk_variable

end module variable_viscosity
